/** Installed drivers, and what an account lets each of them do. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, callHeaders, lost, reply } from "@/api/client";
import { everyRow, usePages, whole } from "@/api/lists";
import { ProblemError, parseProblem } from "@/api/problem";
import type { Driver, GrantedPart, InstalledDriver } from "@/api/types";

export const driversQuery = queryOptions({
  queryKey: ["drivers"],
  queryFn: async ({ signal }): Promise<Driver[]> =>
    everyRow(
      (page, signal) => reply(api.GET("/api/v1/drivers", { params: { query: page }, signal })),
      signal,
    ),
  staleTime: 60_000,
});

export function useDriverGrants(account: string, enabled = true) {
  return usePages(
    ["driver-grants", account],
    whole((page, signal) =>
      reply(
        api.GET("/api/v1/accounts/{id}/drivers", { params: { path: { id: account }, query: page }, signal }),
      ),
    ),
    { enabled },
  );
}

/** A driver at an account: what it may do there, what is collected and what not, and what waits for consent. */
export function useDriverAt(account: string, name: string) {
  return useQuery({
    queryKey: ["driver-grants", account, name],
    queryFn: ({ signal }) =>
      reply(
        api.GET("/api/v1/accounts/{id}/drivers/{name}", { params: { path: { id: account, name } }, signal }),
      ),
  });
}

/** `digest`: the version that was shown, so that nobody consents to what came in between. */
export type Decision = { granted: false } | ({ granted: true; digest: string } & GrantedPart);

export function useDecide(account: string, name: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (decision: Decision) =>
      reply(
        api.PUT("/api/v1/accounts/{id}/drivers/{name}", {
          params: { path: { id: account, name } },
          body: decision,
        }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: ["driver-grants", account] }),
  });
}

/** The same for chosen accounts below, all of them or none. */
export function useDecideForEach(account: string, name: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { accounts: string[]; digest: string } & GrantedPart) =>
      reply(
        api.POST("/api/v1/accounts/{id}/drivers/{name}/grants", {
          params: { path: { id: account, name } },
          body,
        }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: ["driver-grants"] }),
  });
}

/** Sends a component as it is; the server reads its manifest and refuses what does not hold. */
export function useInstallDriver() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (file: File): Promise<InstalledDriver> => {
      const response = await fetch("/api/v1/drivers", {
        method: "POST",
        headers: { ...callHeaders("POST"), "Content-Type": "application/wasm" },
        body: file,
      }).catch(() => {
        throw ProblemError.offline();
      });
      const body: unknown = await response.json().catch(() => null);
      if (!response.ok) throw lost(parseProblem(body, response.status, response.headers.get("x-request-id")));
      return body as InstalledDriver;
    },
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["drivers"] }),
        client.invalidateQueries({ queryKey: ["driver-grants"] }),
      ]),
  });
}

/** Takes a driver out of use; the grants of all accounts end. */
export function useUninstallDriver() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) =>
      reply(api.DELETE("/api/v1/drivers/{name}", { params: { path: { name }, query: { grants: "end" } } })),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["drivers"] }),
        client.invalidateQueries({ queryKey: ["driver-grants"] }),
      ]),
  });
}
