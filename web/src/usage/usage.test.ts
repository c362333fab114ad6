import { expect, test } from "vitest";
import type { Usage } from "@/api/types";
import { byDay, perDriver } from "./figures";
import { daysOf, everyDay, latestMonths, parseUsageSearch } from "./month";

test("a month knows its days, also across years and in February", () => {
  expect(daysOf("2026-12")).toEqual({ from: "2026-12-01", to: "2026-12-31" });
  expect(daysOf("2028-02").to).toBe("2028-02-29");
  expect(everyDay("2026-02")).toHaveLength(28);
  expect(latestMonths(3, new Date("2026-01-31T23:00:00Z"))).toEqual(["2026-01", "2025-12", "2025-11"]);
});

test("an address that names no month names none", () => {
  expect(parseUsageSearch({ month: "2026-13" })).toEqual({ month: undefined });
  expect(parseUsageSearch({ month: "2026-11" })).toEqual({ month: "2026-11" });
});

const row = (account: string, period: string, driver: string, devices: number): Usage => ({
  account: { id: account, name: account },
  period,
  driver,
  devices,
  device_days: devices,
});

test("the figures of all accounts are added for each day and driver, and a day without any is nothing", () => {
  const rows = [
    row("a", "2026-02-01", "printer", 3),
    row("b", "2026-02-01", "printer", 4),
    row("b", "2026-02-03", "phone", 2),
  ];
  const days = byDay(rows, "2026-02");
  expect(days[0]).toEqual({ day: "2026-02-01", total: 7, drivers: new Map([["printer", 7]]) });
  expect(days[1]?.total).toBe(0);
  expect(days[2]?.drivers.get("phone")).toBe(2);
  expect(perDriver(rows)).toEqual([
    { driver: "printer", days: 7 },
    { driver: "phone", days: 2 },
  ]);
});
