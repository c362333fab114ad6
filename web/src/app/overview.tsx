/** Where an account is entered: its devices at a glance, or the accounts below for who sees no devices. */
import { Link } from "@tanstack/react-router";
import { AccountOverview } from "@/accounts/overview";
import { useAccount } from "@/accounts/queries";
import type { Account } from "@/api/types";
import { Skeleton } from "@/design/feedback";
import { Page } from "@/design/page";
import { m } from "@/i18n";
import { may, useSession } from "@/session/session";
import { DeviceOverview } from "./device-overview";

export function Overview() {
  const account = useAccount();
  return (
    <Page title={account?.name ?? m.nav_overview()} crumbs={<Lineage />}>
      {!account && <Skeleton />}
      {account && (may(account, "view_devices") ? <DeviceOverview /> : <AccountOverview account={account} />)}
    </Page>
  );
}

function Lineage() {
  const account = useAccount();
  const session = useSession();
  const above = account ? visibleAbove(account, session?.grants.map((grant) => grant.account.id) ?? []) : [];
  if (above.length === 0) return null;
  return (
    <nav className="crumbs" aria-label={m.crumbs_label()}>
      {above.map((step) => (
        <span key={step.id}>
          <Link to="/a/$account" params={{ account: step.id }}>
            {step.name}
          </Link>
          <span aria-hidden="true"> /</span>
        </span>
      ))}
    </nav>
  );
}

/** The accounts above that the operator may open: from the first granted one down. */
export function visibleAbove(account: Account, granted: string[]): Account["path"] {
  const first = account.path.findIndex((step) => granted.includes(step.id));
  return first < 0 ? [] : account.path.slice(first).filter((step) => step.id !== account.id);
}
