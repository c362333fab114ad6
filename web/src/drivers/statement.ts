/** The parts of a privacy statement in the order and words in which people read them. */
import type { Statement, StatementItem } from "@/api/types";
import { byCategory } from "@/devices/words";
import { m } from "@/i18n";
import { list, number } from "@/i18n/format";

/** Items by category, in the platform's order. */
export function byCategories(items: StatementItem[]): [string, StatementItem[]][] {
  const groups = new Map<string, StatementItem[]>();
  for (const item of items) groups.set(item.category, [...(groups.get(item.category) ?? []), item]);
  return [...groups].sort(([a], [b]) => byCategory(a, b));
}

/** What of it is collected on devices of this ownership. */
export function collected(statement: Statement, ownership: Ownership = "company"): StatementItem[] {
  return statement.items.filter((item) => item[ownership] === "collected");
}

export type Ownership = "company" | "personal";

/** A type with its bounds: `0 to 100`, `at most 64 characters`. */
export function boundsOf({ type, bounds, unit }: StatementItem): string {
  const parts: string[] = [];
  if (type === "flag") parts.push(m.bounds_flag());
  if (type === "version") parts.push(m.bounds_version());
  if (type === "time") parts.push(m.bounds_time());
  if (type === "condition") parts.push(m.bounds_condition());
  if (type === "row_key") parts.push(m.bounds_row_key());
  if (type === "text") parts.push(m.bounds_text({ most: number(bounds.max_length ?? 0) }));
  if (type === "state")
    parts.push(
      m.bounds_state({ bytes: number(bounds.max_bytes ?? 0), days: number(bounds.retention_days ?? 0) }),
    );
  if (bounds.min !== undefined && bounds.max !== undefined)
    parts.push(m.bounds_range({ min: number(bounds.min ?? 0), max: number(bounds.max ?? 0) }));
  if (bounds.values) parts.push(m.bounds_values({ values: list(bounds.values) }));
  if (bounds.pattern) parts.push(m.bounds_pattern({ pattern: bounds.pattern }));
  if (bounds.table) parts.push(m.bounds_rows());
  if (unit) parts.push(unit);
  return parts.join(" · ");
}
