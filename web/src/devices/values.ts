/** How a fact's value is shown: as its manifest says. */
import type { Column, Fact } from "@/api/types";
import { m } from "@/i18n";
import { dateTime, number, percent } from "@/i18n/format";
import { readable } from "./words";

export type Shape = Pick<Column, "key" | "type"> & Partial<Pick<Column, "unit" | "values" | "named">>;

const MAC = /(^|[._])mac(_|$)/;
const BARE_MAC = /^[0-9a-f]{12}$/i;

/** A figure with its unit, "29 %" or "-67 dBm". */
export function quantity(value: number, unit: string | null | undefined): string {
  if (unit === "percent") return percent(value);
  return unit ? `${number(value)} ${unit}` : number(value);
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
    const word = shape.named?.find((named) => named.value === value)?.title;
    return word ?? quantity(value, withUnit || shape.unit === "percent" ? shape.unit : undefined);
  }
  const text = String(value);
  if (MAC.test(shape.key) && BARE_MAC.test(text)) return text.match(/../g)?.join(":");
  return shape.type === "enum" ? (shape.values?.[text]?.title ?? readable(text)) : text;
}

export function isFigure(type: string): boolean {
  return type === "integer" || type === "real";
}

/** What a row is called by the table that has it; its key where no table tells. */
export function rowName(facts: Fact[], key: string): string {
  for (const fact of facts) {
    const row = fact.rows?.find((candidate) => candidate.key === key);
    const name = row && fact.label_column ? row.cells[fact.label_column] : undefined;
    if (typeof name === "string" && name !== "") return name;
  }
  return key;
}
