/** Brands: of an account, of the portal's host name, and the changes to them. */
import { queryOptions, useMutation, useQueries, useQueryClient } from "@tanstack/react-query";
import { api, callHeaders, lost, reply } from "@/api/client";
import { ProblemError, parseProblem } from "@/api/problem";
import type { components } from "@/api/schema";
import type { Account, Brand, Branding } from "@/api/types";

/** What the portal wears under its host name; known before anybody has signed in. */
export const portalBrandQuery = queryOptions({
  queryKey: ["portal-brand"],
  queryFn: ({ signal }) => reply(api.GET("/api/v1/branding", { signal })),
  staleTime: 5 * 60_000,
  // the first page waits for it, and can go without
  retry: false,
});

export function brandingQuery(account: string) {
  return queryOptions({
    queryKey: ["branding", account],
    queryFn: ({ signal }) =>
      reply(api.GET("/api/v1/accounts/{id}/branding", { params: { path: { id: account } }, signal })),
    staleTime: 60_000,
  });
}

/** What the accounts above say themselves, as far as they are seen, the nearest first. */
export function useBrandsAbove(account: Account): { name: string; own: Brand }[] {
  const above = account.path.filter(({ id }) => id !== account.id).reverse();
  return useQueries({
    queries: above.map(({ id }) => brandingQuery(id)),
    combine: (answers) =>
      above.flatMap(({ name }, at) => {
        const own = answers[at]?.data?.own;
        return own ? [{ name, own }] : [];
      }),
  });
}

export function useBrandChanges(account: string) {
  const client = useQueryClient();
  const onSuccess = (branding: Branding) => {
    client.setQueryData(brandingQuery(account).queryKey, branding);
    return client.invalidateQueries({ queryKey: ["branding"] });
  };
  const params = { path: { id: account } };
  const put = useMutation({
    mutationFn: (body: components["schemas"]["BrandPut"]) =>
      reply(api.PUT("/api/v1/accounts/{id}/branding", { params, body })),
    onSuccess,
  });
  const setHost = useMutation({
    mutationFn: (host: string | null) =>
      reply(api.PUT("/api/v1/accounts/{id}/branding/host", { params, body: { host } })),
    onSuccess,
  });
  const setLogo = useMutation({
    mutationFn: async (file: File): Promise<Branding> => {
      const response = await fetch(`/api/v1/accounts/${account}/branding/logo`, {
        method: "PUT",
        headers: { ...callHeaders("PUT"), "Content-Type": "image/png" },
        body: file,
      }).catch(() => {
        throw ProblemError.offline();
      });
      const body: unknown = await response.json().catch(() => null);
      if (!response.ok) throw lost(parseProblem(body, response.status, response.headers.get("x-request-id")));
      return body as Branding;
    },
    onSuccess,
  });
  const removeLogo = useMutation({
    mutationFn: () => reply(api.DELETE("/api/v1/accounts/{id}/branding/logo", { params })),
    onSuccess,
  });
  return { put, setHost, setLogo, removeLogo };
}
