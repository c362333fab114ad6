/** Whom to ask for what one may not do on the account on screen. */
import type { Account } from "@/api/types";
import { m } from "@/i18n";

export function AskWhom({ account }: { account: Account }) {
  return <p>{m.problem_ask({ account: account.name })}</p>;
}
