/** Alerts of an account or a device, and acknowledging them. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, reply } from "@/api/client";
import { usePages } from "@/api/lists";
import type { Alert } from "@/api/types";
import type { AlertSearch } from "./search";

export function useAlerts(account: string, search: AlertSearch, limit?: number) {
  return usePages(
    ["alerts", account, search, limit],
    (page, signal) =>
      reply(
        api.GET("/api/v1/accounts/{id}/alerts", {
          params: { path: { id: account }, query: { ...search, state: search.state ?? "open", ...page } },
          signal,
        }),
      ),
    { limit },
  );
}

export function useDeviceAlerts(account: string, device: string) {
  return usePages(["alerts", account, "device", device], (page, signal) =>
    reply(
      api.GET("/api/v1/accounts/{id}/devices/{device_id}/alerts", {
        params: { path: { id: account, device_id: device }, query: page },
        signal,
      }),
    ),
  );
}

export function useAcknowledge() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (alert: Alert) =>
      reply(
        api.POST("/api/v1/accounts/{id}/alerts/{alert_id}/acknowledge", {
          params: { path: { id: alert.account.id, alert_id: alert.id } },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["alerts"] }),
  });
}
