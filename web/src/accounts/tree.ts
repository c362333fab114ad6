/** The order in which an account tree is read. */
import type { Account } from "@/api/types";
import { collate } from "@/i18n/format";

/** Parents before their children, siblings by name, each account once. `path` ends with the account itself. */
export function inTreeOrder(accounts: Account[]): Account[] {
  const unique = new Map(accounts.map((account) => [account.id, account]));
  return [...unique.values()].sort(byPath);
}

function byPath(a: Account, b: Account): number {
  for (const [index, step] of a.path.entries()) {
    const other = b.path[index];
    if (!other) return 1;
    if (step.id !== other.id) return collate(step.name, other.name) || (step.id < other.id ? -1 : 1);
  }
  return a.path.length - b.path.length;
}
