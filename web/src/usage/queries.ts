/** How many devices an account and each below it had. */
import { useQuery } from "@tanstack/react-query";
import { api, reply } from "@/api/client";
import { usePages, WHOLE } from "@/api/lists";
import type { List, Usage } from "@/api/types";
import { daysOf } from "./month";

/** Pages of daily rows that are read for the chart; beyond, it is left out. */
const CHART_PAGES = 10;

function usage(account: string, month: string, by: "day" | "month", page: object, signal: AbortSignal) {
  const query = { ...daysOf(month), by, ...page };
  return reply(api.GET("/api/v1/accounts/{id}/usage", { params: { path: { id: account }, query }, signal }));
}

/** A row for each account and driver. */
export function useMonth(account: string, month: string) {
  return usePages(["usage", account, month, "month"], (page, signal) =>
    usage(account, month, "month", page, signal),
  );
}

/** A row for each account, driver and day; null where there are too many to be added up here. */
export function useDays(account: string, month: string) {
  return useQuery({
    queryKey: ["usage", account, month, "day"],
    queryFn: async ({ signal }): Promise<Usage[] | null> => {
      const rows: Usage[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < CHART_PAGES; page += 1) {
        const found: List<Usage> = await usage(account, month, "day", { limit: WHOLE, cursor }, signal);
        rows.push(...found.items);
        if (!found.next) return rows;
        cursor = found.next;
      }
      return null;
    },
  });
}
