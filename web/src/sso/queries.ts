/** Single sign-on of an account: its provider, what a test of it finds, and the domains that wait. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, reply } from "@/api/client";
import { usePages, whole } from "@/api/lists";
import type { components } from "@/api/schema";

export type SignInSettings = components["schemas"]["SignInSettings"];
export type SignInConnection = components["schemas"]["SignInConnection"];
export type SignInPut = components["schemas"]["SignInPut"];
export type SignInTested = components["schemas"]["SignInTested"];
export type SignInDomain = components["schemas"]["SignInDomain"];

const at = (id: string) => ({ params: { path: { id } } });

export function useSignIn(account: string) {
  return useQuery({
    queryKey: ["sign-in", account],
    queryFn: ({ signal }) => reply(api.GET("/api/v1/accounts/{id}/sign-in", { ...at(account), signal })),
  });
}

export function useSignInChanges(account: string) {
  const client = useQueryClient();
  const set = useMutation({
    mutationFn: (body: SignInPut) =>
      reply(api.PUT("/api/v1/accounts/{id}/sign-in", { ...at(account), body })),
    onSuccess: (now) => client.setQueryData(["sign-in", account], now),
  });
  const remove = useMutation({
    mutationFn: () => reply(api.DELETE("/api/v1/accounts/{id}/sign-in", at(account))),
    onSuccess: () =>
      Promise.all(
        ["sign-in", "operators"].map((key) => client.invalidateQueries({ queryKey: [key, account] })),
      ),
  });
  const test = useMutation({
    mutationFn: (issuer: string) =>
      reply(api.POST("/api/v1/accounts/{id}/sign-in/test", { ...at(account), body: { issuer } })),
  });
  const allow = useMutation({
    mutationFn: ({ host, port }: { host: string; port: number }) =>
      reply(
        api.POST("/api/v1/accounts/{id}/egress", { ...at(account), body: { purpose: "oidc", host, port } }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["egress", account] }),
  });
  return { set, remove, test, allow };
}

/** Those that an account and all below it asked for. */
export function useDomains(account: string) {
  return usePages(
    ["sign-in-domains", account],
    whole((page, signal) =>
      reply(
        api.GET("/api/v1/accounts/{id}/sign-in/domains", {
          params: { path: { id: account }, query: page },
          signal,
        }),
      ),
    ),
  );
}

export function useConfirmDomain(list: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ account_id: id, domain, confirmed }: SignInDomain & { confirmed: boolean }) =>
      reply(
        api.PUT("/api/v1/accounts/{id}/sign-in/domains/{domain}", {
          params: { path: { id, domain } },
          body: { confirmed },
        }),
      ),
    onSuccess: () =>
      Promise.all(
        [["sign-in-domains", list], ["sign-in"]].map((queryKey) => client.invalidateQueries({ queryKey })),
      ),
  });
}
