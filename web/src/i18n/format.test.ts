import { beforeEach, expect, test } from "vitest";
import { overwriteGetLocale } from "./compiled/runtime.js";
import { ago, bytes, collate, compact, number, percent, regional } from "./format";

let locale: "en" | "de" | "fr" = "en";
beforeEach(() => {
  locale = "en";
  overwriteGetLocale(() => locale);
});

const NOW = Date.parse("2026-11-23T12:00:00Z");

test("figures follow the language at the moment of the call", () => {
  expect(number(1_234_567)).toBe("1,234,567");
  locale = "de";
  expect(number(1_234_567)).toBe("1.234.567");
  expect(percent(29)).toBe("29\u00a0%");
});

test("a file's size is read in the unit that fits it", () => {
  expect(bytes(0)).toBe("0 byte");
  expect(bytes(999)).toBe("999 byte");
  expect(bytes(1_440_000)).toBe("1.4 MB");
  expect(bytes(5e12)).toBe("5,000 GB");
});

test("large figures are shortened, small ones stay exact", () => {
  expect(compact(99_999)).toBe("99,999");
  expect(compact(184_220)).toBe("184.2K");
});

test.each([
  ["2026-11-23T11:59:40Z", "now"],
  ["2026-11-23T11:57:10Z", "2 min. ago"],
  ["2026-11-23T07:00:00Z", "5 hr. ago"],
  ["2026-11-22T11:00:00Z", "yesterday"],
  ["2026-11-09T12:00:00Z", "2 wk. ago"],
])("%s reads as %s", (at, text) => {
  expect(ago(at, NOW)).toBe(text);
});

test("names sort by the value of their digits", () => {
  expect(["Tray 10", "Tray 2"].sort(collate)).toEqual(["Tray 2", "Tray 10"]);
});

test("the browser's own variant of a language is kept", () => {
  expect(regional("en", ["de-AT", "en-GB", "en"])).toBe("en-GB");
  expect(regional("fr", ["de-AT"])).toBe("fr");
});
