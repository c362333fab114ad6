/** API tokens of the account: made here, shown once, revoked here. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useAccountId, useMay } from "@/accounts/queries";
import { api, reply } from "@/api/client";
import { usePages, whole } from "@/api/lists";
import type { Token } from "@/api/types";
import { Button, IconButton } from "@/design/button";
import { Confirm } from "@/design/dialog";
import { Empty, Load } from "@/design/feedback";
import { Page } from "@/design/page";
import { Ago, Badge, Nothing, useNow } from "@/design/text";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { date, number } from "@/i18n/format";
import { PermissionList } from "@/roles/permission-list";
import { roleName } from "@/roles/role";
import { NewToken } from "./new";

export function TokenList() {
  const id = useAccountId();
  const mayManage = useMay("manage_tokens");
  const tokens = usePages(
    ["tokens", id],
    whole((page, signal) =>
      reply(api.GET("/api/v1/accounts/{id}/tokens", { params: { path: { id }, query: page }, signal })),
    ),
  );
  const [adding, setAdding] = useState(false);
  const add = mayManage && (
    <Button look="primary" icon="plus" onPress={() => setAdding(true)}>
      {m.tokens_add()}
    </Button>
  );
  return (
    <Page title={m.tokens_title()} lead={m.tokens_lead()} actions={add}>
      <section className="card" aria-label={m.tokens_title()}>
        <Load query={tokens}>
          {(rows) =>
            rows.length === 0 ? (
              <Empty icon="key" title={m.tokens_empty_title()} action={add}>
                {m.tokens_empty_body()}
              </Empty>
            ) : (
              <TokenTable account={id} tokens={rows} mayManage={mayManage} />
            )
          }
        </Load>
      </section>
      {adding && <NewToken account={id} onClose={() => setAdding(false)} />}
    </Page>
  );
}

function TokenTable({
  account,
  tokens,
  mayManage,
}: {
  account: string;
  tokens: Token[];
  mayManage: boolean;
}) {
  const client = useQueryClient();
  const [revoking, setRevoking] = useState<Token>();
  const revoke = useMutation({
    mutationFn: (id: string) =>
      reply(
        api.DELETE("/api/v1/accounts/{id}/tokens/{token_id}", {
          params: { path: { id: account, token_id: id } },
        }),
      ),
    onSuccess: () => {
      toast(m.token_revoked());
      setRevoking(undefined);
      return client.invalidateQueries({ queryKey: ["tokens", account] });
    },
    onError: toastProblem,
  });
  return (
    <div className="card-body--flush">
      <table className="table table--folds">
        <thead>
          <tr>
            <th scope="col">{m.col_name()}</th>
            <th scope="col">{m.col_permits()}</th>
            <th scope="col" className="rare">
              {m.col_made_by()}
            </th>
            <th scope="col" className="rare">
              {m.col_created()}
            </th>
            <th scope="col">{m.col_expires()}</th>
            <th scope="col" className="rare">
              {m.col_last_used()}
            </th>
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
                <span className="narrow cell-sub">
                  {m.col_made_by()}: {token.created_by_name ?? <Nothing />}
                </span>
                <span className="narrow cell-sub">
                  {m.col_last_used()}: <Ago at={token.last_used_at} />
                </span>
              </td>
              <td>
                <Permits token={token} />
              </td>
              <td className="rare">{token.created_by_name ?? <Nothing />}</td>
              <td className="rare nowrap">{date(token.created_at)}</td>
              <td className="nowrap">
                <Expiry token={token} />
              </td>
              <td className="rare">
                <Ago at={token.last_used_at} />
              </td>
              <td>
                {mayManage && !token.revoked_at && (
                  <div className="actions">
                    <IconButton
                      icon="trash"
                      label={`${m.action_revoke()}: ${token.name}`}
                      onPress={() => setRevoking(token)}
                    />
                  </div>
                )}
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
    </div>
  );
}

/** Its role, or all that it may do where that was chosen one by one. */
function Permits({ token }: { token: Token }) {
  if (token.role) return roleName(token.role);
  const count = token.permissions.length;
  return (
    <details>
      <summary>{m.role_count({ count, shown: number(count) })}</summary>
      <PermissionList permissions={token.permissions} />
    </details>
  );
}

function Expiry({ token }: { token: Token }) {
  const now = useNow();
  if (token.revoked_at) return <Badge>{m.token_is_revoked()}</Badge>;
  if (!token.expires_at) return m.token_never_expires();
  return Date.parse(token.expires_at) <= now ? (
    <Badge tone="bad">{m.token_expired()}</Badge>
  ) : (
    date(token.expires_at)
  );
}
