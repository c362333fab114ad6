import { expect, test } from "vitest";
import { nextCursor } from "@/api/csv";
import { nextSort, parseDeviceSearch, sortDirection } from "./search";

test("an address keeps what is understood and drops the rest", () => {
  expect(
    parseDeviceSearch({ q: "kyo", status: "", alert: "yes", sort: "-page_count", driver: 7, extra: "x" }),
  ).toEqual({ q: "kyo", sort: "-page_count", driver: "7" });
  expect(parseDeviceSearch({ sort: "drop table", alert: "open" })).toEqual({ alert: "open" });
  expect(parseDeviceSearch({ group: "018f-aaaa", groups: "018f-bbbb" })).toEqual({ group: "018f-aaaa" });
});

test("a column sorts first in its natural direction, then the other way", () => {
  expect(nextSort(undefined, "name")).toBe("name");
  expect(nextSort("name", "name")).toBe("-name");
  expect(nextSort("-name", "name")).toBe("name");
  expect(nextSort("name", "page_count")).toBe("-page_count");
  expect(sortDirection("-page_count", "page_count")).toBe("descending");
  expect(sortDirection("name", "page_count")).toBe("none");
});

test("the next page of a CSV file is named by its Link header", () => {
  expect(nextCursor('<?cursor=x_y-z>; rel="next"')).toBe("x_y-z");
  expect(nextCursor('</api/v1/a?limit=5&cursor=b>; rel="next"')).toBe("b");
  expect(nextCursor('<?cursor=x>; rel="prev"')).toBeNull();
  expect(nextCursor(null)).toBeNull();
});
