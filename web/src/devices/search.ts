/** The device list's filters as they stand in the address, and as the API takes them. */

export const SORTS = [
  "name",
  "model",
  "status",
  "alerts_open",
  "page_count",
  "supply_low",
  "last_seen_at",
] as const;
export type SortKey = (typeof SORTS)[number];
/** `-` in front: largest or latest first. */
export type Sort = SortKey | `-${SortKey}`;

export type DeviceSearch = {
  q?: string;
  driver?: string;
  site?: string;
  group?: string;
  status?: string;
  alert?: "open";
  sort?: Sort;
};

const TEXTS = ["q", "driver", "site", "group", "status"] as const;

/** Keeps what is understood; an address typed by hand never breaks the page. */
export function parseDeviceSearch(search: Record<string, unknown>): DeviceSearch {
  const parsed: DeviceSearch = {};
  for (const key of TEXTS) {
    const value = search[key];
    if (typeof value === "string" && value !== "") parsed[key] = value;
    else if (typeof value === "number") parsed[key] = String(value);
  }
  if (search.alert === "open") parsed.alert = "open";
  if (isSort(search.sort)) parsed.sort = search.sort;
  return parsed;
}

function isSort(value: unknown): value is Sort {
  return typeof value === "string" && (SORTS as readonly string[]).includes(value.replace(/^-/, ""));
}

/** Names read upwards first; figures are sought by their extremes. */
const DOWN_FIRST: ReadonlySet<string> = new Set(["alerts_open", "page_count", "last_seen_at"]);

/** The sort after a click on a column: first its natural direction, then the other one. */
export function nextSort(current: Sort | undefined, column: SortKey): Sort {
  const [first, second]: [Sort, Sort] = DOWN_FIRST.has(column)
    ? [`-${column}`, column]
    : [column, `-${column}`];
  return current === first ? second : first;
}

export function sortDirection(
  current: Sort | undefined,
  column: SortKey,
): "ascending" | "descending" | "none" {
  if (current === column) return "ascending";
  return current === `-${column}` ? "descending" : "none";
}
