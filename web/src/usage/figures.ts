/** Usage as it is shown: added up over accounts, by day and by driver. */
import type { Usage } from "@/api/types";
import { everyDay } from "./month";

export type Day = { day: string; total: number; drivers: Map<string, number> };

/** Every day of a month, those without a device too. */
export function byDay(rows: Usage[], month: string): Day[] {
  const days = new Map<string, Map<string, number>>();
  for (const { period, driver, devices } of rows) {
    const drivers = days.get(period) ?? new Map<string, number>();
    drivers.set(driver, (drivers.get(driver) ?? 0) + devices);
    days.set(period, drivers);
  }
  return everyDay(month).map((day) => {
    const drivers = days.get(day) ?? new Map<string, number>();
    return { day, drivers, total: [...drivers.values()].reduce((sum, count) => sum + count, 0) };
  });
}

/** Device days of each driver, the most first. */
export function perDriver(rows: Usage[]): { driver: string; days: number }[] {
  const sums = new Map<string, number>();
  for (const { driver, device_days } of rows) sums.set(driver, (sums.get(driver) ?? 0) + device_days);
  return [...sums].map(([driver, days]) => ({ driver, days })).sort((a, b) => b.days - a.days);
}
