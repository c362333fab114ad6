import { beforeEach, expect, test } from "vitest";
import type { Fact, Supply } from "@/api/types";
import { overwriteGetLocale } from "@/i18n/compiled/runtime.js";
import { fill, inkClass, supplyText, urgency } from "./supply";
import { levelWord, rowName, valueText } from "./values";

beforeEach(() => overwriteGetLocale(() => "en"));

const level = { key: "level", type: "integer", unit: "impressions" };

test.each([
  [-1, "No limit"],
  [-2, "Unknown"],
  [-3, "Some left"],
])("the level %i is the word of RFC 3805, never a figure", (value, word) => {
  expect(valueText(value, level)).toBe(word);
  expect(valueText(value, { ...level, unit: "percent" })).toBe(word);
});

test("a quantity below zero that is no level stays a figure", () => {
  expect(valueText(-2, { key: "temperature", type: "integer" })).toBe("-2");
  expect(levelWord(-4)).toBeUndefined();
});

test("values of every type", () => {
  expect(valueText(12000, level)).toBe("12,000 impressions");
  expect(valueText(12000, level, false)).toBe("12,000");
  expect(valueText(29, { key: "percent", type: "integer", unit: "percent" }, false)).toBe("29%");
  expect(valueText(false, { key: "duplex", type: "flag" })).toBe("No");
  expect(valueText("black", { key: "color", type: "enum", values: { black: "Black" } })).toBe("Black");
  expect(valueText("photo_black", { key: "color", type: "enum" })).toBe("Photo black");
  expect(valueText(Date.parse("2026-11-23T12:00:00Z"), { key: "since", type: "time" })).toContain("2026");
  expect(valueText("", level)).toBeUndefined();
  expect(valueText(null, level)).toBeUndefined();
});

const supply = (change: Partial<Supply>): Supply => ({
  name: "Toner",
  color: "cyan",
  percent: null,
  state: null,
  ...change,
});

test("only a real percentage becomes the length of a bar", () => {
  expect(fill(supply({ percent: 40 }))).toBe(40);
  expect(fill(supply({ percent: 150 }))).toBe(100);
  for (const state of ["unknown", "some_left", "unlimited", null])
    expect(fill(supply({ state }))).toBeUndefined();
});

test("a level without a percentage is said in words", () => {
  expect(supplyText(supply({ state: "unknown" }))).toBe("Unknown");
  expect(supplyText(supply({ state: "some_left" }))).toBe("Some left");
  expect(supplyText(supply({ state: "unlimited" }))).toBe("No limit");
  expect(supplyText(supply({}))).toBe("Unknown");
  expect(supplyText(supply({ percent: 101 }))).toBe("100%");
});

test("the device's own word outweighs its figure", () => {
  expect(urgency(supply({ percent: 100, state: "low" }))).toBe("low");
  expect(urgency(supply({ percent: 0, state: "ok" }))).toBe("empty");
  expect(urgency(supply({ state: "full", color: null }))).toBe("empty");
  expect(urgency(supply({ percent: 10 }))).toBe("low");
  expect(urgency(supply({ percent: 11 }))).toBe("fine");
  expect(urgency(supply({ state: "unknown" }))).toBe("fine");
});

test("ink names are read as devices write them", () => {
  expect(inkClass("Light Cyan")).toBe("ink ink--light-cyan");
  expect(inkClass("photo_black")).toBe("ink ink--black");
  expect(inkClass(null)).toBe("ink ink--none");
});

test("a meter's row bears the name that the table of the same key gives it", () => {
  const at = "2026-11-23T12:00:00Z";
  const fact: Fact = {
    attribute: "supplies",
    title: "Supplies",
    category: "health",
    kind: "table",
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
