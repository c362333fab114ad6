import { beforeEach, expect, test } from "vitest";
import type { Fact, HeadlineRow } from "@/api/types";
import { overwriteGetLocale } from "@/i18n/compiled/runtime.js";
import { fill, rowText, urgency } from "./headline";
import { rowName, valueText } from "./values";

beforeEach(() => overwriteGetLocale(() => "en"));

const level = {
  key: "level",
  type: "integer",
  unit: "impressions",
  named: [{ value: -1, title: "No limit" }],
};

test("a number is a word only where the manifest says so", () => {
  expect(valueText(-1, level)).toBe("No limit");
  expect(valueText(-2, level)).toBe("-2 impressions");
  expect(valueText(-67, { key: "signal_level", type: "integer", unit: "dBm" })).toBe("-67 dBm");
});

test("values of every type", () => {
  expect(valueText(12000, level)).toBe("12,000 impressions");
  expect(valueText(12000, level, false)).toBe("12,000");
  expect(valueText(29, { key: "percent", type: "integer", unit: "percent" }, false)).toBe("29%");
  expect(valueText(false, { key: "duplex", type: "flag" })).toBe("No");
  expect(valueText("black", { key: "color", type: "enum", values: { black: { title: "Black" } } })).toBe(
    "Black",
  );
  expect(valueText("photo_black", { key: "color", type: "enum" })).toBe("Photo black");
  expect(valueText(Date.parse("2026-11-23T12:00:00Z"), { key: "since", type: "time" })).toContain("2026");
  expect(valueText("", level)).toBeUndefined();
  expect(valueText(null, level)).toBeUndefined();
});

const row = (change: Partial<HeadlineRow>): HeadlineRow => ({
  name: "Cyan",
  color: "#00a3c7",
  level: null,
  label: null,
  tone: null,
  low: false,
  ...change,
});

test("only a share of a whole becomes the length of a bar", () => {
  expect(fill(40, "percent")).toBe(40);
  expect(fill(150, "percent")).toBe(100);
  expect(fill(40, "dBm")).toBeUndefined();
  expect(fill(null, "percent")).toBeUndefined();
});

test("a row without a figure is said in the driver's word", () => {
  expect(rowText(row({ level: 40 }), "percent")).toBe("40%");
  expect(rowText(row({ label: "Some left" }), "percent")).toBe("Some left");
  expect(rowText(row({}), "percent")).toBe("Unknown");
});

test("the driver's own word outweighs the figure", () => {
  expect(urgency(row({ level: 100, tone: "warning" }))).toBe("low");
  expect(urgency(row({ tone: "bad" }))).toBe("bad");
  expect(urgency(row({ level: 0, low: true }))).toBe("bad");
  expect(urgency(row({ level: 10, low: true }))).toBe("low");
  expect(urgency(row({ level: 11 }))).toBe("fine");
});

test("a meter's row bears the name that the table of the same key gives it", () => {
  const at = "2026-11-23T12:00:00Z";
  const fact: Fact = {
    attribute: "supplies",
    title: "Supplies",
    category: "health",
    kind: "table",
    label_column: "description",
    columns: [
      { key: "level", title: "Level", type: "integer", category: "health" },
      { key: "description", title: "Description", type: "pattern", category: "device" },
    ],
    rows: [{ key: "1.2", cells: { level: 5, description: "Toner cyan" } }],
    observed_at: at,
    changed_at: at,
    current: true,
  };
  expect(rowName([fact], "1.2")).toBe("Toner cyan");
  expect(rowName([fact], "1.9")).toBe("1.9");
});
