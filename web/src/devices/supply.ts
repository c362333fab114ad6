/** A supply's level in words and colour. Only a real percentage becomes a bar's length. */
import type { Supply } from "@/api/types";
import { m } from "@/i18n";
import { percent } from "@/i18n/format";
import { readable } from "./words";

const STATES: Record<string, () => string> = {
  unknown: m.level_unknown,
  some: m.level_some,
  some_left: m.level_some,
  some_remaining: m.level_some,
  unlimited: m.level_no_limit,
  no_limit: m.level_no_limit,
  no_restriction: m.level_no_limit,
  ok: m.supply_ok,
  low: m.supply_low,
  empty: m.supply_empty,
  full: m.supply_full,
};

/** At or under this, a supply is called low when the device does not say so itself. */
export const LOW_PERCENT = 10;

export function supplyText(supply: Supply): string {
  if (supply.percent != null) return percent(Math.min(100, supply.percent));
  if (!supply.state) return m.level_unknown();
  return STATES[supply.state]?.() ?? readable(supply.state);
}

/** A supply that the device does not name is named by its colour. */
export function supplyName(supply: Supply): string {
  return supply.name ?? (supply.color ? readable(supply.color) : m.supply_unnamed());
}

export type SupplyUrgency = "fine" | "low" | "empty";

export function urgency(supply: Supply): SupplyUrgency {
  // a receptacle, such as the waste toner box, is used up when it is full
  if (supply.state === "empty" || supply.state === "full" || supply.percent === 0) return "empty";
  if (supply.state === "low" || (supply.percent != null && supply.percent <= LOW_PERCENT)) return "low";
  return "fine";
}

/** 0 to 100, or undefined when the device gives no quantity. */
export function fill(supply: Supply): number | undefined {
  return supply.percent == null ? undefined : Math.max(0, Math.min(100, supply.percent));
}

const INKS: Record<string, string> = {
  black: "black",
  cyan: "cyan",
  magenta: "magenta",
  yellow: "yellow",
  red: "red",
  green: "green",
  blue: "blue",
  white: "white",
  gray: "gray",
  grey: "gray",
  lightcyan: "light-cyan",
  lightmagenta: "light-magenta",
  lightgray: "gray",
  photoblack: "black",
  matteblack: "black",
  orange: "orange",
  violet: "violet",
};

/** The class that colours a supply, so that colours stay in the style sheet with both themes. */
export function inkClass(color: string | null | undefined): string {
  const key = (color ?? "").toLowerCase().replace(/[^a-z]/g, "");
  return `ink ink--${INKS[key] ?? "none"}`;
}
