/** Collectors and the sites they stand in. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, reply } from "@/api/client";
import { usePages, whole } from "@/api/lists";
import type { components } from "@/api/schema";
import type { Collector, OpenCollectorToken } from "@/api/types";

export function useCollectors(account: string, enabled = true) {
  return usePages(
    ["collectors", account],
    whole((page, signal) =>
      reply(
        api.GET("/api/v1/accounts/{id}/collectors", {
          params: { path: { id: account }, query: page },
          signal,
        }),
      ),
    ),
    { enabled },
  );
}

export function useScanNow() {
  return useMutation({
    mutationFn: (collector: Collector) =>
      reply(
        api.POST("/api/v1/accounts/{id}/collectors/{collector_id}/scan", {
          params: { path: { id: collector.account.id, collector_id: collector.id } },
        }),
      ),
  });
}

export function useRevokeCollector() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (collector: Collector) =>
      reply(
        api.DELETE("/api/v1/accounts/{id}/collectors/{collector_id}", {
          params: { path: { id: collector.account.id, collector_id: collector.id } },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["collectors"] }),
  });
}

export function useVouch() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (collector: Collector) =>
      reply(
        api.POST("/api/v1/accounts/{id}/collectors/{collector_id}/vouch", {
          params: { path: { id: collector.account.id, collector_id: collector.id } },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["collectors"] }),
  });
}

/** One-time tokens that were not used yet; below `collectors`, so that what enrolls one refreshes both. */
export function useEnrollments(account: string) {
  return usePages(
    ["collectors", account, "enrollments"],
    whole((page, signal) =>
      reply(
        api.GET("/api/v1/accounts/{id}/collectors/enrollments", {
          params: { path: { id: account }, query: page },
          signal,
        }),
      ),
    ),
  );
}

export function useRevokeEnrollment() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (token: OpenCollectorToken) =>
      reply(
        api.DELETE("/api/v1/accounts/{id}/collectors/enrollments/{enrollment_id}", {
          params: { path: { id: token.account.id, enrollment_id: token.id } },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["collectors"] }),
  });
}

export function useEnrollCollector(account: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { site_id: string; name: string }) =>
      reply(
        api.POST("/api/v1/accounts/{id}/collectors/enrollments", { params: { path: { id: account } }, body }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["collectors"] }),
  });
}

export function useCreateSite(account: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: components["schemas"]["NewSite"]) =>
      reply(api.POST("/api/v1/accounts/{id}/sites", { params: { path: { id: account } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["sites", account] }),
  });
}

export function useChangeSite(account: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, ...body }: { id: string } & Partial<components["schemas"]["NewSite"]>) =>
      reply(
        api.PATCH("/api/v1/accounts/{id}/sites/{site_id}", {
          params: { path: { id: account, site_id: id } },
          body,
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["sites", account] }),
  });
}

export function useDeleteSite(account: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      reply(
        api.DELETE("/api/v1/accounts/{id}/sites/{site_id}", {
          params: { path: { id: account, site_id: id } },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["sites", account] }),
  });
}
