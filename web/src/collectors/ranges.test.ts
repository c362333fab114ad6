import { expect, test } from "vitest";
import { isPrivate, parseRanges } from "./ranges";
import { NEW_SITE, siteBody } from "./site-form";

test("ranges may be written one a line or with commas", () => {
  expect(parseRanges("10.0.0.0/24, 10.0.1.5\n10.0.2.1-10.0.2.9")).toEqual({
    ranges: ["10.0.0.0/24", "10.0.1.5", "10.0.2.1-10.0.2.9"],
    wrong: [],
  });
});

test.each(["10.0.0.0/33", "10.0.0.256", "10.0.0", "printer.local", "10.0.0.1-", "fe80::1"])(
  "%s is refused",
  (range) => {
    expect(parseRanges(range)).toEqual({ ranges: [], wrong: [range] });
  },
);

test("a site is complete with a name and good ranges only; an empty community is not sent", () => {
  expect(siteBody(NEW_SITE)).toBeUndefined();
  expect(siteBody({ ...NEW_SITE, name: "HQ", ranges: "10.0.0.0/24 x" })).toBeUndefined();
  expect(siteBody({ ...NEW_SITE, name: " HQ ", ranges: "10.0.0.0/24" })).toEqual({
    name: "HQ",
    settings: { ranges: ["10.0.0.0/24"], poll_seconds: 300 },
  });
});

test.each([
  ["10.20.0.0/24", true],
  ["172.16.0.1-172.31.255.254", true],
  ["172.16.0.0/11", false],
  ["192.168.1.5", true],
  ["192.168.255.0-192.169.0.5", false],
  ["8.8.8.0/24", false],
  ["0.0.0.0/0", false],
])("%s private: %s", (range, expected) => expect(isPrivate(range)).toBe(expected));
