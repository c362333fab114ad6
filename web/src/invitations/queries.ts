/** Invitations of an account that wait, and where their mails stand. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, reply } from "@/api/client";
import { everyRow, WHOLE } from "@/api/lists";
import type { Invitation, Mail } from "@/api/types";

export function useInvitations(account: string, enabled: boolean) {
  return useQuery({
    queryKey: ["invitations", account],
    queryFn: async ({ signal }) => {
      const path = { id: account };
      const [invitations, mails] = await Promise.all([
        everyRow(
          (page, signal) =>
            reply(api.GET("/api/v1/accounts/{id}/invitations", { params: { path, query: page }, signal })),
          signal,
        ),
        reply(api.GET("/api/v1/accounts/{id}/mails", { params: { path, query: { limit: WHOLE } }, signal })),
      ]);
      return withMails(invitations as Invitation[], mails.items as Mail[]);
    },
    enabled,
  });
}

export type Waiting = Invitation & { mail: Mail | undefined };

/** Each invitation with its latest mail; mails come newest first. */
export function withMails(invitations: Invitation[], mails: Mail[]): Waiting[] {
  return invitations.map((invitation) => ({
    ...invitation,
    mail: mails.find((mail) => mail.subject_id === invitation.id),
  }));
}

export function useInvitationChanges(account: string) {
  const client = useQueryClient();
  const onSuccess = () => client.invalidateQueries({ queryKey: ["invitations", account] });
  const invite = useMutation({
    mutationFn: (body: { email: string; name?: string; role: string; excluded?: string[] }) =>
      reply(
        api.POST("/api/v1/accounts/{id}/invitations", {
          params: { path: { id: account } },
          body: { excluded: [], ...body },
        }),
      ),
    onSuccess,
  });
  const revoke = useMutation({
    mutationFn: (id: string) =>
      reply(
        api.DELETE("/api/v1/accounts/{id}/invitations/{invitation_id}", {
          params: { path: { id: account, invitation_id: id } },
        }),
      ),
    onSuccess,
  });
  return { invite, revoke };
}
