/** How an account stands, where it does not simply work: suspended, or to be deleted. */
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import type { Account } from "@/api/types";
import { Icon } from "@/design/icon";
import { Badge } from "@/design/text";
import { m } from "@/i18n";
import { date } from "@/i18n/format";
import { standsAbove } from "@/session/above";
import { may, useSession } from "@/session/session";
import { useMoves } from "./settings/queries";

/** A word for lists and trees; nothing where all is well. */
export function AccountState({ account }: { account: Account }) {
  if (account.erase_at)
    return <Badge tone="bad">{m.account_erased_on({ date: date(account.erase_at) })}</Badge>;
  if (account.suspended_at) return <Badge tone="warn">{m.account_suspended()}</Badge>;
  if (account.suspended_above) return <Badge tone="warn">{m.account_suspended_above()}</Badge>;
  return null;
}

/** On every page of an account that does not simply work: what stands still, and the way to change it. */
export function StateBanner({ account }: { account: Account | undefined }) {
  const above = standsAbove(useSession(), account);
  const moving = useMoving(account?.id ?? "", above && may(account, "manage_accounts"));
  if (moving)
    return (
      <div className="banner banner--accent" role="status">
        <Icon name="refresh" />
        <span className="banner-text">
          <strong>{m.banner_moving()}</strong> {m.banner_moving_body()}
        </span>
      </div>
    );
  if (!account || !(account.erase_at || account.suspended_at || account.suspended_above)) return null;
  const ends =
    above && (account.erase_at ? may(account, "delete_accounts") : may(account, "manage_accounts"));
  return (
    <div className={account.erase_at ? "banner banner--bad" : "banner"} role="status">
      <Icon name={account.erase_at ? "trash" : "warning"} />
      <span className="banner-text">
        <strong>{titleOf(account)}</strong> {textOf(account)}
      </span>
      {ends && (account.erase_at || account.suspended_at) && (
        <Link className="banner-link" to="/a/$account/settings" params={{ account: account.id }} hash="state">
          {account.erase_at ? m.deletion_keep() : m.suspension_end()}
        </Link>
      )}
    </div>
  );
}

/** Whether the account is about to be moved, for who may know. Afterwards all that told where accounts lie is read again. */
function useMoving(account: string, knows: boolean): boolean {
  const client = useQueryClient();
  const moving =
    useMoves(account, knows && account !== "").data?.some((one) => one.state === "queued") ?? false;
  const was = useRef(moving);
  useEffect(() => {
    if (was.current && !moving) client.invalidateQueries();
    was.current = moving;
  }, [client, moving]);
  return moving;
}

function titleOf(account: Account): string {
  if (account.erase_at) return m.banner_erased({ date: date(account.erase_at) });
  return account.suspended_at ? m.banner_suspended() : m.banner_suspended_above();
}

function textOf(account: Account): string {
  return account.erase_at ? m.banner_erased_body() : m.banner_suspended_body();
}
