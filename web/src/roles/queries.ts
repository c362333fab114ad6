/** The roles that can be given on an account, and changes to those that it made. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, reply } from "@/api/client";
import { usePages, whole } from "@/api/lists";
import type { components } from "@/api/schema";

type NewRole = components["schemas"]["NewRole"];

/** The built-in ones, and those made here or above. */
export function useRoles(account: string) {
  return usePages(
    ["roles", account],
    whole((page, signal) =>
      reply(
        api.GET("/api/v1/accounts/{id}/roles", { params: { path: { id: account }, query: page }, signal }),
      ),
    ),
  );
}

export function useRoleChanges(account: string) {
  const client = useQueryClient();
  // who holds a changed role may do other things now, the caller too
  const onSuccess = () =>
    Promise.all(
      ["roles", "operators", "account"].map((key) => client.invalidateQueries({ queryKey: [key] })),
    );
  const create = useMutation({
    mutationFn: (body: NewRole) =>
      reply(api.POST("/api/v1/accounts/{id}/roles", { params: { path: { id: account } }, body })),
    onSuccess,
  });
  const change = useMutation({
    mutationFn: ({ id, ...body }: { id: string } & NewRole) =>
      reply(
        api.PUT("/api/v1/accounts/{id}/roles/{role_id}", {
          params: { path: { id: account, role_id: id } },
          body,
        }),
      ),
    onSuccess,
  });
  const remove = useMutation({
    mutationFn: (id: string) =>
      reply(
        api.DELETE("/api/v1/accounts/{id}/roles/{role_id}", {
          params: { path: { id: account, role_id: id } },
        }),
      ),
    onSuccess,
  });
  return { create, change, remove };
}
