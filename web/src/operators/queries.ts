/** Operators of an account: who holds a grant here or above, and changes to the grants made here. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, reply } from "@/api/client";
import { usePages, whole } from "@/api/lists";
import type { components } from "@/api/schema";

export function useOperators(account: string, enabled = true) {
  return usePages(
    ["operators", account],
    whole((page, signal) =>
      reply(
        api.GET("/api/v1/accounts/{id}/operators", {
          params: { path: { id: account }, query: page },
          signal,
        }),
      ),
    ),
    { enabled },
  );
}

export function useOperatorChanges(account: string) {
  const client = useQueryClient();
  const onSuccess = () => client.invalidateQueries({ queryKey: ["operators", account] });
  const add = useMutation({
    mutationFn: (body: components["schemas"]["NewOperator"]) =>
      reply(api.POST("/api/v1/accounts/{id}/operators", { params: { path: { id: account } }, body })),
    onSuccess,
  });
  const setGrant = useMutation({
    mutationFn: ({ id, ...body }: { id: string } & components["schemas"]["OperatorGrant"]) =>
      reply(
        api.PATCH("/api/v1/accounts/{id}/operators/{operator_id}", {
          params: { path: { id: account, operator_id: id } },
          body,
        }),
      ),
    onSuccess,
  });
  const remove = useMutation({
    mutationFn: (id: string) =>
      reply(
        api.DELETE("/api/v1/accounts/{id}/operators/{operator_id}", {
          params: { path: { id: account, operator_id: id } },
        }),
      ),
    onSuccess,
  });
  return { add, setGrant, remove };
}
