/** Lists as CSV files: the same rows that the API gives as JSON, page by page. */
import { callHeaders, lost } from "./client";
import { WHOLE } from "./lists";
import { parseProblem } from "./problem";

const PAGES_MAX = 400;

/** All rows of a list as one file. */
export async function csvOf(path: string, search: Record<string, string | undefined>): Promise<Blob> {
  const parts: string[] = [];
  let cursor: string | null = null;
  const given = Object.entries(search).filter((entry): entry is [string, string] => entry[1] !== undefined);
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const query = new URLSearchParams([...given, ["limit", String(WHOLE)]]);
    if (cursor) query.set("cursor", cursor);
    const response: Response = await fetch(`${path}?${query}`, {
      headers: { ...callHeaders("GET"), Accept: "text/csv" },
    });
    if (!response.ok) {
      throw lost(parseProblem(await response.json().catch(() => null), response.status));
    }
    const text: string = await response.text();
    parts.push(page === 0 ? text : text.slice(text.indexOf("\n") + 1));
    cursor = nextCursor(response.headers.get("link"));
    if (cursor === null) break;
  }
  return new Blob(["\ufeff", ...parts], { type: "text/csv;charset=utf-8" });
}

/** The cursor in `Link: <…?cursor=…>; rel="next"` (RFC 8288). */
export function nextCursor(link: string | null): string | null {
  const target = link?.match(/<([^>]+)>\s*;[^,]*rel="?next"?/)?.[1];
  return target ? new URL(target, "http://portal.invalid").searchParams.get("cursor") : null;
}
