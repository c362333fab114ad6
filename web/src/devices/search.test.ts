import { expect, test } from "vitest";
import { nextCursor } from "@/api/csv";
import { nextSort, parseDeviceSearch, sortDirection } from "./search";

test("an address keeps what is understood and drops the rest", () => {
  expect(
    parseDeviceSearch({ q: "kyo", status: "", alert: "yes", sort: "-headline.pages", driver: 7, extra: "x" }),
  ).toEqual({ q: "kyo", sort: "-headline.pages", driver: "7" });
  expect(parseDeviceSearch({ sort: "drop table", alert: "open" })).toEqual({ alert: "open" });
  expect(parseDeviceSearch({ sort: "headline.A b", status: "idle", level: "low" })).toEqual({ level: "low" });
  expect(parseDeviceSearch({ group: "018f-aaaa", groups: "018f-bbbb" })).toEqual({ group: "018f-aaaa" });
});

test("a column sorts first in its natural direction, then the other way", () => {
  expect(nextSort(undefined, "name")).toBe("name");
  expect(nextSort("name", "name")).toBe("-name");
  expect(nextSort("-name", "name")).toBe("name");
  expect(nextSort("name", "alerts_open")).toBe("-alerts_open");
  expect(nextSort(undefined, "headline.pages", true)).toBe("-headline.pages");
  expect(sortDirection("-alerts_open", "alerts_open")).toBe("descending");
  expect(sortDirection("name", "alerts_open")).toBe("none");
});

test("the next page of a CSV file is named by its Link header", () => {
  expect(nextCursor('<?cursor=x_y-z>; rel="next"')).toBe("x_y-z");
  expect(nextCursor('</api/v1/a?limit=5&cursor=b>; rel="next"')).toBe("b");
  expect(nextCursor('<?cursor=x>; rel="prev"')).toBeNull();
  expect(nextCursor(null)).toBeNull();
});
