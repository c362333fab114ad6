/** What an account denies to those above it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, reply } from "@/api/client";

export function useRestrictions(account: string) {
  return useQuery({
    queryKey: ["restrictions", account],
    queryFn: ({ signal }) =>
      reply(api.GET("/api/v1/accounts/{id}/restrictions", { params: { path: { id: account } }, signal })),
  });
}

/** Takes all that the account itself is to deny. */
export function useRestrict(account: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (denied: string[]) =>
      reply(
        api.PUT("/api/v1/accounts/{id}/restrictions", {
          params: { path: { id: account } },
          body: { denied },
        }),
      ),
    onSuccess: (now) => client.setQueryData(["restrictions", account], now),
  });
}
