/** Hosts that the platform may reach for an account, and the mails that it sent for it. */
import { useMutation, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, reply } from "@/api/client";
import { everyRow, usePages } from "@/api/lists";
import { isFinal } from "@/api/problem";
import type { components } from "@/api/schema";
import type { Account, EgressHost, Mail } from "@/api/types";

function hostsQuery(account: string) {
  return {
    queryKey: ["egress", account],
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<EgressHost[]> =>
      everyRow(
        (page, signal) =>
          reply(
            api.GET("/api/v1/accounts/{id}/egress", {
              params: { path: { id: account }, query: page },
              signal,
            }),
          ),
        signal,
      ),
  };
}

export function useHosts(account: string) {
  return useQuery(hostsQuery(account));
}

/** What accounts above named, as far as the reader may see it: it holds here too. */
export function useHostsAbove(account: Account): { account: string; host: EgressHost }[] {
  const above = account.path.filter(({ id }) => id !== account.id).reverse();
  return useQueries({
    queries: above.map(({ id }) => ({
      ...hostsQuery(id),
      retry: (count: number, error: Error) => !isFinal(error) && count < 2,
    })),
    combine: (answers) =>
      above.flatMap(({ name }, at) => (answers[at]?.data ?? []).map((host) => ({ account: name, host }))),
  });
}

export function useHostChanges(account: string) {
  const client = useQueryClient();
  const onSuccess = () => client.invalidateQueries({ queryKey: ["egress"] });
  const allow = useMutation({
    mutationFn: (body: components["schemas"]["NewEgressHost"]) =>
      reply(api.POST("/api/v1/accounts/{id}/egress", { params: { path: { id: account } }, body })),
    onSuccess,
  });
  const deny = useMutation({
    mutationFn: (id: string) =>
      reply(
        api.DELETE("/api/v1/accounts/{id}/egress/{host_id}", {
          params: { path: { id: account, host_id: id } },
        }),
      ),
    onSuccess,
  });
  return { allow, deny };
}

/** The mails of an account, the latest first; kept for 30 days. */
export function useMails(account: string) {
  return usePages<Mail>(["mails", account], (page, signal) =>
    reply(api.GET("/api/v1/accounts/{id}/mails", { params: { path: { id: account }, query: page }, signal })),
  );
}
