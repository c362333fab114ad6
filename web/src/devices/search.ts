/** The device list's filters as they stand in the address, and as the API takes them. */
import type { Device } from "@/api/types";
import { STATUSES } from "./words";

const COLUMNS = ["name", "model", "state", "alerts_open", "last_seen_at"] as const;
/** A column that every device has, or a headline of the driver that the list is of. */
export type SortKey = (typeof COLUMNS)[number] | `headline.${string}`;
/** `-` in front: largest or latest first. */
export type Sort = SortKey | `-${SortKey}`;

export type DeviceSearch = {
  q?: string;
  driver?: string;
  site?: string;
  group?: string;
  status?: Device["status"];
  state?: string;
  level?: "low";
  alert?: "open";
  sort?: Sort;
};

const TEXTS = ["q", "driver", "site", "group", "state"] as const;

/** Keeps what is understood; an address typed by hand never breaks the page. */
export function parseDeviceSearch(search: Record<string, unknown>): DeviceSearch {
  const parsed: DeviceSearch = {};
  for (const key of TEXTS) {
    const value = search[key];
    if (typeof value === "string" && value !== "") parsed[key] = value;
    else if (typeof value === "number") parsed[key] = String(value);
  }
  const status = STATUSES.find((each) => each === search.status);
  if (status) parsed.status = status;
  if (search.level === "low") parsed.level = "low";
  if (search.alert === "open") parsed.alert = "open";
  if (isSort(search.sort)) parsed.sort = search.sort;
  return parsed;
}

function isSort(value: unknown): value is Sort {
  if (typeof value !== "string") return false;
  const column = value.replace(/^-/, "");
  return (COLUMNS as readonly string[]).includes(column) || /^headline\.[a-z][a-z0-9_]{0,47}$/.test(column);
}

/** Names and levels read upwards first; figures are sought by their extremes. */
const DOWN_FIRST: ReadonlySet<string> = new Set(["alerts_open", "last_seen_at"]);

/** The sort after a click on a column: first its natural direction, then the other one. */
export function nextSort(current: Sort | undefined, column: SortKey, downFirst = false): Sort {
  const [first, second]: [Sort, Sort] =
    downFirst || DOWN_FIRST.has(column) ? [`-${column}`, column] : [column, `-${column}`];
  return current === first ? second : first;
}

export function sortDirection(
  current: Sort | undefined,
  column: SortKey,
): "ascending" | "descending" | "none" {
  if (current === column) return "ascending";
  return current === `-${column}` ? "descending" : "none";
}
