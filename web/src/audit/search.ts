/** The audit filters as they stand in the address. Dates are days of the reader's calendar. */
export type AuditSearch = {
  actor?: string;
  action?: string;
  object?: string;
  /** Only what was done by a grant on an account above. */
  above?: true;
  from?: string;
  to?: string;
};

/** The same as the API names it. */
export type AuditQuery = Omit<AuditSearch, "above"> & { from_above?: true };

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function parseAuditSearch(search: Record<string, unknown>): AuditSearch {
  const parsed: AuditSearch = {};
  for (const key of ["actor", "action", "object"] as const) {
    const value = search[key];
    if (typeof value === "string" && value) parsed[key] = value;
  }
  if (search.above === true) parsed.above = true;
  for (const key of ["from", "to"] as const) {
    const value = search[key];
    if (typeof value === "string" && DAY.test(value) && !Number.isNaN(Date.parse(value))) parsed[key] = value;
  }
  return parsed;
}

/** As the API takes them: instants, the last day included. */
export function auditQuery(search: AuditSearch): AuditQuery {
  const { from, to, above, ...rest } = search;
  return {
    ...rest,
    ...(above && { from_above: above }),
    ...(from && { from: new Date(`${from}T00:00:00`).toISOString() }),
    ...(to && { to: new Date(new Date(`${to}T00:00:00`).getTime() + 86_400_000).toISOString() }),
  };
}
