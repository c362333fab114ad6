/** What one has set up. */
import { queryOptions } from "@tanstack/react-query";
import { api, reply } from "@/api/client";
import { everyRow } from "@/api/lists";

export const factorsQuery = queryOptions({
  queryKey: ["security", "factors"],
  queryFn: ({ signal }) => reply(api.GET("/api/v1/session/second-factor", { signal })),
});

export const passkeysQuery = queryOptions({
  queryKey: ["security", "passkeys"],
  queryFn: async ({ signal }) =>
    everyRow(
      (page, signal) => reply(api.GET("/api/v1/session/passkeys", { params: { query: page }, signal })),
      signal,
    ),
});

export const ownTokensQuery = queryOptions({
  queryKey: ["security", "tokens"],
  queryFn: async ({ signal }) =>
    everyRow(
      (page, signal) => reply(api.GET("/api/v1/session/tokens", { params: { query: page }, signal })),
      signal,
    ),
});

/** Whether a passkey of this host name could answer here. */
export function usableHere(passkeys: { host: string }[] | undefined): boolean {
  return passkeys?.some((passkey) => passkey.host === location.hostname) ?? false;
}
