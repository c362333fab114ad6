/**
 * Keyset lists: each page is fetched by the cursor of the one before. What is loaded stays loaded while
 * a poke refetches it.
 */
import { type InfiniteData, keepPreviousData, type QueryKey, useInfiniteQuery } from "@tanstack/react-query";
import type { List } from "./types";

export const PAGE_SIZE = 100;
/** The most that the server gives at once. */
export const WHOLE = 500;

export type PageCall<T> = (page: { limit: number; cursor?: string }, signal: AbortSignal) => Promise<List<T>>;

/** All rows of a list, page by page: for what a picker offers, and what has few rows by nature. */
export async function everyRow<T>(call: PageCall<T>, signal: AbortSignal): Promise<T[]> {
  const rows: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await call({ limit: WHOLE, cursor }, signal);
    rows.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return rows;
}

/** A list as one page that holds all its rows. */
export function whole<T>(call: PageCall<T>): PageCall<T> {
  return async (_page, signal) => ({ items: await everyRow(call, signal), next: null });
}

/** The rows loaded so far and the way to more. */
export function usePages<T>(
  key: QueryKey,
  call: PageCall<T>,
  { limit = PAGE_SIZE, enabled = true }: { limit?: number; enabled?: boolean } = {},
) {
  return useInfiniteQuery({
    enabled,
    queryKey: key,
    queryFn: ({ pageParam, signal }) => call({ limit, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
    select: rowsOf<T>,
  });
}

function rowsOf<T>(data: InfiniteData<List<T>>): T[] {
  return data.pages.flatMap((page) => page.items);
}
