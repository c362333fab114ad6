/** Who stands above an account: only they do some things to it, such as suspending it. */
import type { Account, Session } from "@/api/types";

/** Whether one of the operator's roles lies above the account: one on the account itself does not count. */
export function standsAbove(session: Session | undefined, account: Account | undefined): boolean {
  if (!session || !account) return false;
  return session.grants.some(
    ({ account: held }) => held.lineage !== account.lineage && account.lineage.startsWith(held.lineage),
  );
}

/** With nobody between it and the platform. */
export function directlyBelowPlatform({ kind, lineage }: Account): boolean {
  return kind !== "platform" && lineage.split("/").filter(Boolean).length === 1;
}
