/** The overview of who runs accounts and sees no devices: the accounts below. */
import { Link } from "@tanstack/react-router";
import type { Account } from "@/api/types";
import { Empty, Load } from "@/design/feedback";
import { Icon } from "@/design/icon";
import { More } from "@/design/more";
import { Card } from "@/design/page";
import { m } from "@/i18n";
import { may, runsPlatform, useSession } from "@/session/session";
import { ElevateButton } from "@/support/elevate";
import { useChildAccounts } from "./queries";
import { AccountTable } from "./table";

export function AccountOverview({ account }: { account: Account }) {
  const platform = runsPlatform(useSession());
  return (
    <>
      <div className="notice">
        <Icon name="shield" />
        <div>
          <p>{platform ? m.overview_platform() : m.overview_no_devices()}</p>
        </div>
        {platform && account.kind !== "platform" && <ElevateButton account={account} />}
      </div>
      {account.kind !== "customer" && <Below account={account} />}
    </>
  );
}

function Below({ account }: { account: Account }) {
  const below = useChildAccounts(account.id);
  return (
    <Card
      title={m.overview_below()}
      flush
      actions={
        <Link to="/a/$account/accounts" params={{ account: account.id }}>
          {m.action_all()}
        </Link>
      }
    >
      <Load query={below}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty icon="customers" title={m.accounts_empty_title()}>
              {may(account, "manage_accounts") ? m.accounts_empty_dealer() : m.accounts_empty_viewer()}
            </Empty>
          ) : (
            <AccountTable accounts={rows} />
          )
        }
      </Load>
      <More query={below} />
    </Card>
  );
}
