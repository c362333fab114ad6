/** Months of the calendar (UTC, as usage is counted), written as `2026-11`. */
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

export type UsageSearch = { month?: string | undefined };

export function parseUsageSearch(search: Record<string, unknown>): UsageSearch {
  const { month } = search;
  // said also where it is none: what is left out would stay as it was typed
  return { month: typeof month === "string" && MONTH.test(month) ? month : undefined };
}

export function monthOf(at: Date): string {
  return at.toISOString().slice(0, 7);
}

/** This month and the `count - 1` before it, the latest first. */
export function latestMonths(count: number, now: Date): string[] {
  return Array.from({ length: count }, (_, back) =>
    monthOf(new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1))),
  );
}

/** Its first and last day. */
export function daysOf(month: string): { from: string; to: string } {
  const [year = 1970, number = 1] = month.split("-").map(Number);
  const last = new Date(Date.UTC(year, number, 0)).getUTCDate();
  return { from: `${month}-01`, to: `${month}-${String(last).padStart(2, "0")}` };
}

/** Every day of it, in order. */
export function everyDay(month: string): string[] {
  const { to } = daysOf(month);
  const days = Number(to.slice(-2));
  return Array.from({ length: days }, (_, at) => `${month}-${String(at + 1).padStart(2, "0")}`);
}
