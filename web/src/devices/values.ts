/**
 * How a fact's value is shown. Levels keep the meaning of RFC 3805: -1 no limit, -2 unknown, -3 some
 * left are words, never figures and never a percentage.
 */
import type { Fact } from "@/api/types";
import { m } from "@/i18n";
import { dateTime, number, percent } from "@/i18n/format";
import { readable } from "./words";

export type Shape = {
  key: string;
  type: string;
  unit?: string | null;
  /** What the values of an enum are called, in the reader's language. */
  values?: Record<string, string> | null;
};

const LEVEL = /level|capacity|remaining|maximum|(^|_)max($|_)/;

/** The word for a level that is not a quantity, else undefined. */
export function levelWord(value: number): string | undefined {
  if (value === -1) return m.level_no_limit();
  if (value === -2) return m.level_unknown();
  if (value === -3) return m.level_some();
  return undefined;
}

const MAC = /(^|[._])mac(_|$)/;
const BARE_MAC = /^[0-9a-f]{12}$/i;

const UNITS: Record<string, () => string> = {
  pages: m.unit_pages,
  page: m.unit_pages,
  impressions: m.unit_impressions,
  sheets: m.unit_sheets,
  feet: m.unit_feet,
  meters: m.unit_meters,
  tenths_of_grams: m.unit_tenths_of_grams,
  tenths_of_milliliters: m.unit_tenths_of_milliliters,
  items: m.unit_items,
  hours: m.unit_hours,
  seconds: m.unit_seconds,
};

export function unitName(unit: string): string {
  return UNITS[unit.replace(/-/g, "_").toLowerCase()]?.() ?? readable(unit).toLocaleLowerCase();
}

/** A figure with its unit, "29 %" or "12,000 pages". */
export function quantity(value: number, unit: string | null | undefined): string {
  if (unit === "percent" || unit === "%") return percent(value);
  return unit ? `${number(value)} ${unitName(unit)}` : number(value);
}

/** Text for a value; undefined when there is none. `withUnit` is false where the column's head says it. */
export function valueText(value: unknown, shape: Shape, withUnit = true): string | undefined {
  if (value === null || value === undefined || value === "") return undefined;
  if (typeof value === "boolean") return value ? m.value_yes() : m.value_no();
  if (shape.type === "time")
    return typeof value === "number" || !Number.isNaN(Date.parse(String(value)))
      ? dateTime(value as string | number)
      : String(value);
  if (typeof value === "number") {
    const word = LEVEL.test(shape.key) ? levelWord(value) : undefined;
    return word ?? quantity(value, withUnit || shape.unit === "percent" ? shape.unit : undefined);
  }
  const text = String(value);
  if (MAC.test(shape.key) && BARE_MAC.test(text)) return text.match(/../g)?.join(":");
  return shape.type === "enum" ? (shape.values?.[text] ?? readable(text)) : text;
}

export function isFigure(type: string): boolean {
  return type === "integer" || type === "real";
}

/** What a row is called by the table that has it: its first text; the key where no table tells. */
export function rowName(facts: Fact[], key: string): string {
  for (const fact of facts) {
    const row = fact.rows?.find((candidate) => candidate.key === key);
    const column = fact.columns?.find(({ type }) => type === "text" || type === "pattern");
    const name = row && column ? row.cells[column.key] : undefined;
    if (typeof name === "string" && name !== "") return name;
  }
  return key;
}
