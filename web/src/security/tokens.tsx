/** The API tokens that one made, wherever they lie; a strange one is revoked here. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, reply } from "@/api/client";
import type { OwnToken } from "@/api/types";
import { IconButton } from "@/design/button";
import { Confirm } from "@/design/dialog";
import { Empty, Load } from "@/design/feedback";
import { Card } from "@/design/page";
import { Ago } from "@/design/text";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { date } from "@/i18n/format";
import { ownTokensQuery } from "./queries";

export function OwnTokenCard() {
  const tokens = useQuery(ownTokensQuery);
  return (
    <Card title={m.own_tokens_title()} flush>
      <Load query={tokens} rows={2}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty icon="key" title={m.own_tokens_empty()}>
              {m.own_tokens_body()}
            </Empty>
          ) : (
            <OwnTokenTable tokens={rows} />
          )
        }
      </Load>
    </Card>
  );
}

function OwnTokenTable({ tokens }: { tokens: OwnToken[] }) {
  const client = useQueryClient();
  const [revoking, setRevoking] = useState<OwnToken>();
  const revoke = useMutation({
    mutationFn: (id: string) =>
      reply(api.DELETE("/api/v1/session/tokens/{token_id}", { params: { path: { token_id: id } } })),
    onSuccess: () => {
      toast(m.token_revoked());
      setRevoking(undefined);
      client.invalidateQueries({ queryKey: ["tokens"] });
      return client.invalidateQueries({ queryKey: ownTokensQuery.queryKey });
    },
    onError: toastProblem,
  });
  return (
    <>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{m.col_name()}</th>
            <th scope="col">{m.col_created()}</th>
            <th scope="col">{m.col_expires()}</th>
            <th scope="col">{m.col_last_used()}</th>
            <th scope="col">
              <span className="sr-only">{m.col_actions()}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <tr key={token.id}>
              <td>
                <strong>{token.name}</strong>
                <span className="cell-sub">{token.account.name}</span>
              </td>
              <td className="nowrap">{date(token.created_at)}</td>
              <td className="nowrap">
                {token.expires_at ? date(token.expires_at) : m.token_never_expires()}
              </td>
              <td>
                <Ago at={token.last_used_at} />
              </td>
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
        body={m.token_revoke_body()}
        action={m.action_revoke()}
        open={revoking !== undefined}
        busy={revoke.isPending}
        onClose={() => setRevoking(undefined)}
        onConfirm={() => revoking && revoke.mutate(revoking.id)}
      />
    </>
  );
}
