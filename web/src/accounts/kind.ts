/** The words for the kinds of account. */
import type { AccountKind } from "@/api/types";
import { m } from "@/i18n";

const KINDS: Record<AccountKind, () => string> = {
  platform: m.kind_platform,
  dealer: m.kind_dealer,
  customer: m.kind_customer,
};

export function kindName(kind: AccountKind): string {
  return KINDS[kind]();
}
