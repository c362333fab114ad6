/** One-time tokens that wait to be used: who made them, for which site, and the way to take one back. */
import { useState } from "react";
import type { OpenCollectorToken } from "@/api/types";
import { IconButton } from "@/design/button";
import { Confirm } from "@/design/dialog";
import { Card } from "@/design/page";
import { Nothing } from "@/design/text";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { dateTime } from "@/i18n/format";
import { useEnrollments, useRevokeEnrollment } from "./queries";

/** Nothing where none waits. */
export function Enrollments({ account }: { account: string }) {
  const rows = useEnrollments(account).data ?? [];
  const [revoking, setRevoking] = useState<OpenCollectorToken>();
  const revoke = useRevokeEnrollment();
  if (rows.length === 0) return null;
  return (
    <Card title={m.enrollments_title()} flush>
      <p className="muted card-body">{m.enrollments_lead()}</p>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{m.col_name()}</th>
            <th scope="col">{m.col_place()}</th>
            <th scope="col">{m.col_made_by()}</th>
            <th scope="col">{m.col_expires()}</th>
            <th scope="col">
              <span className="sr-only">{m.col_actions()}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((token) => (
            <tr key={token.id}>
              <td>
                <strong>{token.name}</strong>
              </td>
              <td>
                {token.account.name}
                <span className="cell-sub">{token.site.name}</span>
              </td>
              <td>{token.made_by_name ?? <Nothing />}</td>
              <td className="nowrap">{dateTime(token.expires_at)}</td>
              <td>
                <div className="actions">
                  <IconButton
                    icon="trash"
                    label={`${m.action_revoke()}: ${token.name}`}
                    onPress={() => setRevoking(token)}
                  />
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Confirm
        title={m.token_revoke_title({ name: revoking?.name ?? "" })}
        body={m.enrollment_revoke_body()}
        action={m.action_revoke()}
        open={revoking !== undefined}
        busy={revoke.isPending}
        onClose={() => setRevoking(undefined)}
        onConfirm={() =>
          revoking &&
          revoke.mutate(revoking, {
            onSuccess: () => {
              toast(m.token_revoked());
              setRevoking(undefined);
            },
            onError: toastProblem,
          })
        }
      />
    </Card>
  );
}
