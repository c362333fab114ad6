/** Operators of an account: who holds a grant here or above, and changes to the grants made here. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, reply } from "@/api/client";
import { usePages, WHOLE } from "@/api/lists";
import type { Role } from "@/api/types";

export function useOperators(account: string) {
  return usePages(
    ["operators", account],
    (_page, signal) =>
      reply(
        api.GET("/api/v1/accounts/{id}/operators", {
          params: { path: { id: account } },
          signal,
        }),
      ),
    WHOLE,
  );
}

export function useOperatorChanges(account: string) {
  const client = useQueryClient();
  const onSuccess = () => client.invalidateQueries({ queryKey: ["operators", account] });
  const add = useMutation({
    mutationFn: (body: { email: string; name: string; role: Role }) =>
      reply(api.POST("/api/v1/accounts/{id}/operators", { params: { path: { id: account } }, body })),
    onSuccess,
  });
  const setRole = useMutation({
    mutationFn: ({ id, role }: { id: string; role: Role }) =>
      reply(
        api.PATCH("/api/v1/accounts/{id}/operators/{operator_id}", {
          params: { path: { id: account, operator_id: id } },
          body: { role },
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
  return { add, setRole, remove };
}
