/** What is done to a whole account: suspended, moved, deleted, taken along, limited. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, reply } from "@/api/client";
import { everyRow } from "@/api/lists";

import type { Export, Move, MovePlan, QuotaLimits } from "@/api/types";

const SOON_MS = 1500;

/** After a change to the account itself everything that shows accounts is read again. */
function useTouchAccounts() {
  const client = useQueryClient();
  return () =>
    Promise.all(
      [["account"], ["accounts"], ["session"]].map((queryKey) => client.invalidateQueries({ queryKey })),
    );
}

export function useSuspension(id: string) {
  const onSuccess = useTouchAccounts();
  const params = { path: { id } };
  const suspend = useMutation({
    mutationFn: (reason: string | null) =>
      reply(api.POST("/api/v1/accounts/{id}/suspend", { params, body: { reason } })),
    onSuccess,
  });
  const resume = useMutation({
    mutationFn: () => reply(api.POST("/api/v1/accounts/{id}/resume", { params })),
    onSuccess,
  });
  return { suspend, resume };
}

export function useDeletion(id: string) {
  const onSuccess = useTouchAccounts();
  const params = { path: { id } };
  const remove = useMutation({
    mutationFn: (name: string) =>
      reply(api.POST("/api/v1/accounts/{id}/deletion", { params, body: { name } })),
    onSuccess,
  });
  const keep = useMutation({
    mutationFn: () => reply(api.DELETE("/api/v1/accounts/{id}/deletion", { params })),
    onSuccess,
  });
  return { remove, keep };
}

export function useQuotas(id: string, enabled = true) {
  return useQuery({
    enabled,
    queryKey: ["quotas", id],
    queryFn: ({ signal }) =>
      reply(api.GET("/api/v1/accounts/{id}/quotas", { params: { path: { id } }, signal })),
  });
}

export function useSetQuotas(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: QuotaLimits) =>
      reply(api.PUT("/api/v1/accounts/{id}/quotas", { params: { path: { id } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["quotas"] }),
  });
}

/** The exports of an account; looked at again while one is being made. */
export function useExports(id: string, enabled: boolean) {
  return useQuery({
    enabled,
    queryKey: ["exports", id],
    queryFn: async ({ signal }) =>
      (await everyRow(
        (page, signal) =>
          reply(api.GET("/api/v1/accounts/{id}/exports", { params: { path: { id }, query: page }, signal })),
        signal,
      )) as Export[],
    refetchInterval: ({ state }) => (state.data?.some((one) => one.state === "queued") ? SOON_MS : false),
  });
}

export function useRequestExport(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => reply(api.POST("/api/v1/accounts/{id}/exports", { params: { path: { id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["exports", id] }),
  });
}

/** What moving an account below another would do; asked anew each time, since much may have changed. */
export function planQuery(id: string, to: string) {
  return queryOptions({
    queryKey: ["move-plan", id, to],
    staleTime: 0,
    gcTime: 0,
    queryFn: async () => {
      const body = { parent_id: to, dry_run: true };
      const answer = await reply(api.POST("/api/v1/accounts/{id}/move", { params: { path: { id } }, body }));
      return answer as MovePlan;
    },
  });
}

/** The moves of an account, the latest first; looked at again while one is under way. */
export function useMoves(id: string, enabled = true) {
  return useQuery({
    enabled,
    queryKey: ["moves", id],
    queryFn: async ({ signal }) =>
      (await everyRow(
        (page, signal) =>
          reply(api.GET("/api/v1/accounts/{id}/moves", { params: { path: { id }, query: page }, signal })),
        signal,
      )) as Move[],
    refetchInterval: ({ state }) => (state.data?.some((one) => one.state === "queued") ? SOON_MS : false),
  });
}

export function useMove(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (parent: string) =>
      reply(
        api.POST("/api/v1/accounts/{id}/move", { params: { path: { id } }, body: { parent_id: parent } }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["moves", id] }),
  });
}
