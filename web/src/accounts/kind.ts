/** The words for the kinds of account. */
import { m } from "@/i18n";

const KINDS: Record<string, () => string> = {
  platform: m.kind_platform,
  dealer: m.kind_dealer,
  customer: m.kind_customer,
};

export function kindName(kind: string): string {
  return KINDS[kind]?.() ?? kind;
}
