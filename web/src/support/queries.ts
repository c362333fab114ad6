/** Looking into what is somebody else's: as one of its operators, or elevated as the platform's. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, reply } from "@/api/client";
import { everyRow } from "@/api/lists";
import type { components } from "@/api/schema";
import type { Account, Elevation } from "@/api/types";
import { may, runsPlatform, useSession } from "@/session/session";

/** What is seen changes as a whole, so everything is read again. */
function useReadAllAgain() {
  const client = useQueryClient();
  return () => client.resetQueries();
}

export function useViewAs(account: string) {
  const onSuccess = useReadAllAgain();
  return useMutation({
    mutationFn: (body: components["schemas"]["NewView"]) =>
      reply(api.POST("/api/v1/accounts/{id}/view-as", { params: { path: { id: account } }, body })),
    onSuccess,
  });
}

export function useEndView() {
  return useMutation({ mutationFn: () => reply(api.DELETE("/api/v1/session/view-as", {})) });
}

/** Who of the platform looked at an account, and who does now. */
export function useElevations(account: string, enabled: boolean) {
  return useQuery({
    enabled,
    queryKey: ["elevations", account],
    queryFn: async ({ signal }): Promise<Elevation[]> =>
      everyRow(
        (page, signal) =>
          reply(
            api.GET("/api/v1/accounts/{id}/elevation", {
              params: { path: { id: account }, query: page },
              signal,
            }),
          ),
        signal,
      ),
  });
}

/** One's own elevation on an account, while it lasts. */
export function useOwnElevation(account: Account | undefined): Elevation | undefined {
  const session = useSession();
  // without one, who runs the platform has no sight of an account's audit
  const looks = runsPlatform(session) && account?.kind !== "platform" && may(account, "view_audit");
  const found = useElevations(account?.id ?? "", looks).data;
  return looks
    ? found?.find((one) => one.operator_id === session?.operator.id && isActive(one, Date.now()))
    : undefined;
}

export function isActive(elevation: Elevation, now: number): boolean {
  return !elevation.ended_at && Date.parse(elevation.expires_at) > now;
}

export function useElevate(account: string) {
  const onSuccess = useReadAllAgain();
  return useMutation({
    mutationFn: (body: components["schemas"]["NewElevation"]) =>
      reply(api.POST("/api/v1/accounts/{id}/elevation", { params: { path: { id: account } }, body })),
    onSuccess,
  });
}

/** One's own; for who sets the account's privacy, everybody's. */
export function useEndElevation(account: string) {
  const onSuccess = useReadAllAgain();
  return useMutation({
    mutationFn: () =>
      reply(api.DELETE("/api/v1/accounts/{id}/elevation", { params: { path: { id: account } } })),
    onSuccess,
  });
}

const MARGIN_MS = 500;

/** Calls `then` once `until` is over. */
export function useWhenOver(until: string | undefined, then: () => void): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is called does not change when it is due
  useEffect(() => {
    if (!until) return;
    const timer = setTimeout(then, Math.max(0, Date.parse(until) - Date.now()) + MARGIN_MS);
    return () => clearTimeout(timer);
  }, [until]);
}
