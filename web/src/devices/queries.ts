/** Devices: the list, one device with its facts, its time series, and the changes to it. */
import { keepPreviousData, queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, reply } from "@/api/client";
import { usePages, whole } from "@/api/lists";
import type { components } from "@/api/schema";
import type { DeviceSearch } from "./search";

export function useDevices(account: string, search: DeviceSearch) {
  return usePages(["devices", account, search], (page, signal) =>
    reply(
      api.GET("/api/v1/accounts/{id}/devices", {
        params: { path: { id: account }, query: { ...search, ...page } },
        signal,
      }),
    ),
  );
}

/** The account's subtree in figures. */
export function useSummary(account: string) {
  return useQuery({
    queryKey: ["summary", account],
    queryFn: ({ signal }) =>
      reply(api.GET("/api/v1/accounts/{id}/summary", { params: { path: { id: account } }, signal })),
  });
}

export function deviceQuery(account: string, device: string) {
  return queryOptions({
    queryKey: ["device", account, device],
    queryFn: ({ signal }) =>
      reply(
        api.GET("/api/v1/accounts/{id}/devices/{device_id}", {
          params: { path: { id: account, device_id: device } },
          signal,
        }),
      ),
  });
}

export type Range = { days: number; stepSeconds: number };

export function useReadings(
  account: string,
  device: string,
  meter: { driver: string; key: string },
  row: string | undefined,
  range: Range,
) {
  return useQuery({
    queryKey: ["readings", account, device, meter.driver, meter.key, row, range.days],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const readings = await reply(
        api.GET("/api/v1/accounts/{id}/devices/{device_id}/readings", {
          params: {
            path: { id: account, device_id: device },
            query: {
              driver: meter.driver,
              meter: meter.key,
              row,
              from: new Date(Date.now() - range.days * 86_400_000).toISOString(),
              step: range.stepSeconds,
            },
          },
          signal,
        }),
      );
      return { ...readings, points: readings.points.flatMap(toPoint) };
    },
    // a line that is not there yet comes with the next polls
    refetchInterval: (query) => ((query.state.data?.points.length ?? 0) < 2 ? 10_000 : false),
  });
}

function toPoint([at, value]: number[]): [number, number][] {
  return at === undefined || value === undefined ? [] : [[at, value]];
}

export function useSites(account: string, enabled = true) {
  return usePages(
    ["sites", account],
    whole((page, signal) =>
      reply(
        api.GET("/api/v1/accounts/{id}/sites", { params: { path: { id: account }, query: page }, signal }),
      ),
    ),
    { enabled },
  );
}

export function useEditDevice(account: string, device: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: components["schemas"]["DevicePatch"]) =>
      reply(
        api.PATCH("/api/v1/accounts/{id}/devices/{device_id}", {
          params: { path: { id: account, device_id: device } },
          body,
        }),
      ),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["device"] }),
        client.invalidateQueries({ queryKey: ["devices"] }),
      ]),
  });
}

export function useRetireDevice(account: string, device: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      reply(
        api.DELETE("/api/v1/accounts/{id}/devices/{device_id}", {
          params: { path: { id: account, device_id: device } },
        }),
      ),
    onSuccess: () => {
      client.removeQueries({ queryKey: ["device", account, device] });
      return Promise.all([
        client.invalidateQueries({ queryKey: ["devices"] }),
        client.invalidateQueries({ queryKey: ["account"] }),
      ]);
    },
  });
}

export function useRestoreDevice(account: string, device: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      reply(
        api.POST("/api/v1/accounts/{id}/devices/{device_id}/restore", {
          params: { path: { id: account, device_id: device } },
        }),
      ),
    onSuccess: () =>
      Promise.all(
        ["device", "devices", "account", "summary"].map((key) =>
          client.invalidateQueries({ queryKey: [key] }),
        ),
      ),
  });
}
