/** The alert list's filters as they stand in the address. */
import type { Severity } from "@/api/types";

export type AlertSearch = { state?: "cleared"; severity?: Severity; driver?: string };

const SEVERITIES: readonly string[] = ["critical", "warning", "info"];

/** Open alerts are what the page is for, so `state` is absent for them. */
export function parseAlertSearch(search: Record<string, unknown>): AlertSearch {
  const parsed: AlertSearch = {};
  if (search.state === "cleared") parsed.state = "cleared";
  if (typeof search.severity === "string" && SEVERITIES.includes(search.severity))
    parsed.severity = search.severity as Severity;
  if (typeof search.driver === "string" && search.driver) parsed.driver = search.driver;
  return parsed;
}
