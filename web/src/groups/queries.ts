/** Groups: an account's devices that belong together, and which device is in which. */
import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, reply } from "@/api/client";
import { usePages, whole } from "@/api/lists";
import type { DeviceDetail, Group } from "@/api/types";

/** Those of the account and of all below it. */
export function useGroups(account: string, enabled = true) {
  return usePages(
    ["groups", account],
    whole((page, signal) =>
      reply(
        api.GET("/api/v1/accounts/{id}/groups", { params: { path: { id: account }, query: page }, signal }),
      ),
    ),
    { enabled },
  );
}

/** A group stands in its list, on the pages of its devices, and decides which devices a list shows. */
function forget(client: QueryClient) {
  return Promise.all(
    ["groups", "device", "devices"].map((key) => client.invalidateQueries({ queryKey: [key] })),
  );
}

export function useCreateGroup(account: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) =>
      reply(api.POST("/api/v1/accounts/{id}/groups", { params: { path: { id: account } }, body: { name } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["groups"] }),
  });
}

export function useRenameGroup() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ group, name }: { group: Group; name: string }) =>
      reply(
        api.PATCH("/api/v1/accounts/{id}/groups/{group_id}", {
          params: { path: { id: group.account.id, group_id: group.id } },
          body: { name },
        }),
      ),
    onSuccess: () => forget(client),
  });
}

export function useDeleteGroup() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (group: Group) =>
      reply(
        api.DELETE("/api/v1/accounts/{id}/groups/{group_id}", {
          params: { path: { id: group.account.id, group_id: group.id } },
        }),
      ),
    onSuccess: () => forget(client),
  });
}

/** Puts the device into groups of its account, and takes it out of them. */
export function useMembership(device: DeviceDetail) {
  const client = useQueryClient();
  const onSuccess = () => forget(client);
  const at = (group: string) => ({
    params: { path: { id: device.account.id, group_id: group, device_id: device.id } },
  });
  const add = useMutation({
    mutationFn: (group: string) =>
      reply(api.PUT("/api/v1/accounts/{id}/groups/{group_id}/devices/{device_id}", at(group))),
    onSuccess,
  });
  const remove = useMutation({
    mutationFn: (group: string) =>
      reply(api.DELETE("/api/v1/accounts/{id}/groups/{group_id}/devices/{device_id}", at(group))),
    onSuccess,
  });
  return { add, remove };
}
