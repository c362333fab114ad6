/** Installed drivers, and which of them an account may use. */
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, callHeaders, lost, reply } from "@/api/client";
import { usePages, WHOLE } from "@/api/lists";
import { ProblemError, parseProblem } from "@/api/problem";
import type { Driver } from "@/api/types";

export const driversQuery = queryOptions({
  queryKey: ["drivers"],
  queryFn: async ({ signal }): Promise<Driver[]> =>
    (await reply(api.GET("/api/v1/drivers", { signal }))).items,
  staleTime: 60_000,
});

export function useDriverGrants(account: string, enabled = true) {
  return usePages(
    ["driver-grants", account],
    (_page, signal) =>
      reply(api.GET("/api/v1/accounts/{id}/drivers", { params: { path: { id: account } }, signal })),
    { limit: WHOLE, enabled },
  );
}

export function useGrantDriver(account: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ name, granted }: { name: string; granted: boolean }) =>
      reply(
        api.PUT("/api/v1/accounts/{id}/drivers/{name}", {
          params: { path: { id: account, name } },
          body: { granted },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["driver-grants", account] }),
  });
}

/** Sends a component as it is; the server reads its manifest and refuses what does not hold. */
export function useInstallDriver() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (file: File): Promise<Driver> => {
      const response = await fetch("/api/v1/drivers", {
        method: "POST",
        headers: { ...callHeaders("POST"), "Content-Type": "application/wasm" },
        body: file,
      }).catch(() => {
        throw ProblemError.offline();
      });
      const body: unknown = await response.json().catch(() => null);
      if (!response.ok) throw lost(parseProblem(body, response.status, response.headers.get("x-request-id")));
      return body as Driver;
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ["drivers"] }),
  });
}
