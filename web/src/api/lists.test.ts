import { expect, test } from "vitest";
import { everyRow, whole } from "./lists";

/** A server with five rows, two a page. */
function call(asked: { limit: number; cursor?: string }[]) {
  return async (page: { limit: number; cursor?: string }) => {
    asked.push(page);
    const from = Number(page.cursor ?? 0);
    const items = [0, 1, 2, 3, 4].slice(from, from + 2);
    return { items, next: from + 2 < 5 ? String(from + 2) : null };
  };
}

test("all rows of a list are fetched, page by page", async () => {
  const asked: { limit: number; cursor?: string }[] = [];
  expect(await everyRow(call(asked), AbortSignal.any([]))).toEqual([0, 1, 2, 3, 4]);
  expect(asked.map((page) => page.cursor)).toEqual([undefined, "2", "4"]);
  expect(asked.every((page) => page.limit === 500)).toBe(true);
});

test("a whole list is one page without a next", async () => {
  const page = await whole(call([]))({ limit: 1 }, AbortSignal.any([]));
  expect(page).toEqual({ items: [0, 1, 2, 3, 4], next: null });
});
