import { expect, test } from "vitest";
import { rowAfter } from "./rows";

test("keys move between rows and stop at the ends", () => {
  expect(rowAfter("ArrowDown", 0, 10, 5)).toBe(1);
  expect(rowAfter("ArrowDown", 9, 10, 5)).toBe(9);
  expect(rowAfter("PageUp", 3, 10, 5)).toBe(0);
  expect(rowAfter("End", 3, 10, 5)).toBe(9);
});

test("a key that is not for the table, or a table without rows, moves nothing", () => {
  expect(rowAfter("x", 3, 10, 5)).toBeUndefined();
  expect(rowAfter("toString", 3, 10, 5)).toBeUndefined();
  expect(rowAfter("End", 0, 0, 5)).toBeUndefined();
});
