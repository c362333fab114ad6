/** Invitations that nobody accepted yet: where the mail stands, until when, and taking them back. */
import { useState } from "react";
import { IconButton } from "@/design/button";
import { Confirm } from "@/design/dialog";
import { Card } from "@/design/page";
import { Badge } from "@/design/text";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { dateTime } from "@/i18n/format";
import { RoleName } from "@/roles/name";
import { useInvitationChanges, useInvitations, type Waiting } from "./queries";

/** Nothing where none waits. */
export function WaitingInvitations({ account, may }: { account: string; may: boolean }) {
  const { data } = useInvitations(account, may);
  const { revoke } = useInvitationChanges(account);
  const [revoking, setRevoking] = useState<Waiting>();
  if (!data || data.length === 0) return null;
  return (
    <Card title={m.invitations_title()} flush>
      <table className="table table--folds">
        <thead>
          <tr>
            <th scope="col">{m.signin_email()}</th>
            <th scope="col" className="rare">
              {m.col_role()}
            </th>
            <th scope="col">{m.col_state()}</th>
            <th scope="col" className="rare">
              {m.col_expires()}
            </th>
            <th scope="col">
              <span className="sr-only">{m.col_actions()}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {data.map((invitation) => (
            <tr key={invitation.id}>
              <td>
                <strong>{invitation.email}</strong>
                {invitation.name && <span className="cell-sub">{invitation.name}</span>}
                <span className="narrow">
                  <RoleName role={invitation.role} given={invitation.role_name} />
                </span>
                <span className="narrow cell-sub">
                  {m.col_expires()}: {dateTime(invitation.expires_at)}
                </span>
              </td>
              <td className="rare">
                <RoleName role={invitation.role} given={invitation.role_name} />
              </td>
              <td>
                <MailState mail={invitation.mail} />
              </td>
              <td className="rare nowrap">{dateTime(invitation.expires_at)}</td>
              <td>
                <div className="actions">
                  <IconButton
                    icon="trash"
                    label={`${m.action_revoke()}: ${invitation.email}`}
                    onPress={() => setRevoking(invitation)}
                  />
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Confirm
        title={m.invitation_revoke_title({ email: revoking?.email ?? "" })}
        body={m.invitation_revoke_body()}
        action={m.action_revoke()}
        open={revoking !== undefined}
        busy={revoke.isPending}
        onClose={() => setRevoking(undefined)}
        onConfirm={() =>
          revoking &&
          revoke.mutate(revoking.id, {
            onSuccess: () => {
              toast(m.invitation_revoked({ email: revoking.email }));
              setRevoking(undefined);
            },
            onError: toastProblem,
          })
        }
      />
    </Card>
  );
}

function MailState({ mail }: { mail: Waiting["mail"] }) {
  if (mail?.state === "failed") {
    return (
      <span title={mail.error ?? undefined}>
        <Badge tone="bad">{m.mail_failed()}</Badge>
      </span>
    );
  }
  if (mail?.state === "sent") return <Badge tone="good">{m.mail_sent()}</Badge>;
  return (
    <span title={mail?.error ?? undefined}>
      <Badge>{m.mail_waiting()}</Badge>
    </span>
  );
}
