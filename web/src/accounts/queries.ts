/** Accounts: the one on screen, those below it, and the changes an operator makes to them. */
import {
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueries,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { api, reply } from "@/api/client";
import { usePages, WHOLE } from "@/api/lists";
import type { components } from "@/api/schema";
import type { Account } from "@/api/types";
import type { Permission } from "@/session/permission";
import { may } from "@/session/session";
import { inTreeOrder } from "./tree";

export function accountQuery(id: string) {
  return queryOptions({
    queryKey: ["account", id],
    queryFn: ({ signal }) => reply(api.GET("/api/v1/accounts/{id}", { params: { path: { id } }, signal })),
  });
}

/** The account in the address. */
export function useAccountId(): string {
  return useParams({ from: "/a/$account" }).account;
}

export function useAccount(): Account | undefined {
  return useQuery(accountQuery(useAccountId())).data;
}

/** Whether to offer what needs `permission` on the account in the address. */
export function useMay(permission: Permission): boolean {
  return may(useAccount(), permission);
}

/** Those directly below. */
export function useChildAccounts(id: string, enabled = true) {
  return usePages(
    ["accounts", id, "children"],
    (page, signal) => reply(api.GET("/api/v1/accounts/{id}/accounts", below(id, "children", page, signal))),
    { enabled },
  );
}

/** Those anywhere below that match. */
export function useFoundAccounts(id: string, q: string) {
  return usePages(
    ["accounts", id, "found", q],
    (page, signal) =>
      reply(api.GET("/api/v1/accounts/{id}/accounts", below(id, "subtree", { ...page, q }, signal))),
    { enabled: q !== "" },
  );
}

type Page = { q?: string; limit: number; cursor?: string };

function below(id: string, depth: "children" | "subtree", page: Page, signal: AbortSignal) {
  return { params: { path: { id }, query: { depth, ...page } }, signal };
}

/** What lies directly below an account; `accounts` is missing until it is known. */
export type Branch = { accounts?: Account[]; more: boolean };

/** The branches of these accounts, each read once. */
export function useBranches(ids: string[]): ReadonlyMap<string, Branch> {
  return useQueries({
    queries: ids.map((id) => ({
      queryKey: ["accounts", id, "branch"],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        reply(api.GET("/api/v1/accounts/{id}/accounts", below(id, "children", { limit: WHOLE }, signal))),
    })),
    combine: (answers) =>
      new Map(
        ids.map((id, at) => [
          id,
          { accounts: answers[at]?.data?.items, more: Boolean(answers[at]?.data?.next) },
        ]),
      ),
  });
}

/** Every account an operator may switch to that matches `q`, each granted root first. */
export function useReachable(roots: Account[], q: string) {
  const ids = roots.map((root) => root.id);
  return useQuery({
    queryKey: ["accounts", "reachable", ids, q],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<Account[]> => {
      const below = await Promise.all(
        ids.map((id) =>
          reply(
            api.GET("/api/v1/accounts/{id}/accounts", {
              params: { path: { id }, query: { depth: "subtree", q: q || undefined, limit: WHOLE } },
              signal,
            }),
          ),
        ),
      );
      const matching = roots.filter((root) => root.name.toLocaleLowerCase().includes(q.toLocaleLowerCase()));
      return inTreeOrder([...matching, ...below.flatMap((list) => list.items)]);
    },
  });
}

export function useCreateAccount(parent: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: components["schemas"]["NewAccount"]) =>
      reply(api.POST("/api/v1/accounts/{id}/accounts", { params: { path: { id: parent } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["accounts"] }),
  });
}

export function useRenameAccount() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, name }: { id: string; name: string }) =>
      reply(api.PATCH("/api/v1/accounts/{id}", { params: { path: { id } }, body: { name } })),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["accounts"] }),
        client.invalidateQueries({ queryKey: ["account"] }),
        client.invalidateQueries({ queryKey: ["session"] }),
      ]),
  });
}
