/** Operators and their grants. An inherited grant is changed where it was made. */
import { useState } from "react";
import { useAccount, useAccountId, useMay } from "@/accounts/queries";
import type { AccountOperator } from "@/api/types";
import { Button, IconButton } from "@/design/button";
import { Confirm } from "@/design/dialog";
import { Empty, Load } from "@/design/feedback";
import { Page } from "@/design/page";
import { Ago, Badge } from "@/design/text";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { list } from "@/i18n/format";
import { WaitingInvitations } from "@/invitations/waiting";
import { RoleName } from "@/roles/name";
import { roleWhat } from "@/roles/role";
import { useSession } from "@/session/session";
import { ViewAsDialog } from "@/support/view-as";
import { AddOperator } from "./add";
import { GrantDialog } from "./grant";
import { useOperatorChanges, useOperators } from "./queries";

export function OperatorList() {
  const id = useAccountId();
  const account = useAccount();
  const mayManage = useMay("manage_operators");
  const operators = useOperators(id);
  const [adding, setAdding] = useState(false);
  return (
    <Page
      title={m.operators_title()}
      lead={account && m.operators_lead({ account: account.name })}
      actions={
        mayManage && (
          <Button look="primary" icon="plus" onPress={() => setAdding(true)}>
            {m.operators_add()}
          </Button>
        )
      }
    >
      <section className="card" aria-label={m.operators_title()}>
        <Load query={operators}>
          {(rows) =>
            rows.length === 0 ? (
              <Empty icon="operators" title={m.operators_empty_title()}>
                {m.operators_empty_body()}
              </Empty>
            ) : (
              <OperatorTable account={id} operators={rows} mayManage={mayManage} />
            )
          }
        </Load>
      </section>
      <WaitingInvitations account={id} may={mayManage} />
      {adding && <AddOperator account={id} onClose={() => setAdding(false)} />}
    </Page>
  );
}

type TableProps = { account: string; operators: AccountOperator[]; mayManage: boolean };

function OperatorTable({ account, operators, mayManage }: TableProps) {
  const self = useSession()?.operator.id;
  const { remove } = useOperatorChanges(account);
  const [shown, setShown] = useState<AccountOperator>();
  const [removing, setRemoving] = useState<AccountOperator>();
  const [viewing, setViewing] = useState<AccountOperator>();
  const mayView = useMay("view_as");

  return (
    <div className="card-body--flush">
      <table className="table table--folds">
        <thead>
          <tr>
            <th scope="col">{m.col_name()}</th>
            <th scope="col" className="rare">
              {m.col_role()}
            </th>
            <th scope="col" className="rare">
              {m.col_grant()}
            </th>
            <th scope="col" className="rare">
              {m.col_last_seen()}
            </th>
            <th scope="col">
              <span className="sr-only">{m.col_actions()}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {operators.map((operator) => {
            const own = !operator.inherited_from && mayManage && operator.id !== self;
            return (
              <tr key={operator.grant_id}>
                <td>
                  <strong>{operator.name}</strong>{" "}
                  {operator.id === self && <Badge tone="accent">{m.operator_you()}</Badge>}
                  <span className="cell-sub">{operator.email}</span>
                  <span className="narrow" title={roleWhat(operator.role)}>
                    <RoleName role={operator.role} given={operator.role_name} />
                  </span>
                  <span className="narrow cell-sub">
                    <Place operator={operator} />
                  </span>
                </td>
                <td className="rare" title={roleWhat(operator.role)}>
                  <RoleName role={operator.role} given={operator.role_name} />
                </td>
                <td className="rare muted">
                  <Place operator={operator} />
                </td>
                <td className="rare">
                  <Ago at={operator.last_seen_at} />
                </td>
                <td>
                  <div className="actions">
                    <IconButton
                      icon={own ? "edit" : "info"}
                      label={`${own ? m.grant_change() : m.grant_show()}: ${operator.name}`}
                      onPress={() => setShown(operator)}
                    />
                    {mayView && operator.id !== self && (
                      <IconButton
                        icon="eye"
                        label={`${m.view_as_action()}: ${operator.name}`}
                        onPress={() => setViewing(operator)}
                      />
                    )}
                    {own && (
                      <IconButton
                        icon="trash"
                        label={`${m.operator_remove()}: ${operator.name}`}
                        onPress={() => setRemoving(operator)}
                      />
                    )}
                  </div>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {shown && (
        <GrantDialog
          account={account}
          operator={shown}
          mayManage={mayManage}
          onClose={() => setShown(undefined)}
        />
      )}
      {viewing && <ViewAsDialog account={account} operator={viewing} onClose={() => setViewing(undefined)} />}
      <Confirm
        title={m.operator_remove_title({ name: removing?.name ?? "" })}
        body={m.operator_remove_body()}
        action={m.operator_remove()}
        open={removing !== undefined}
        busy={remove.isPending}
        onClose={() => setRemoving(undefined)}
        onConfirm={() =>
          removing &&
          remove.mutate(removing.id, {
            onSuccess: () => {
              toast(m.operator_removed({ name: removing.name }));
              setRemoving(undefined);
            },
            onError: toastProblem,
          })
        }
      />
    </div>
  );
}

/** Where the role lies, and which branches it leaves out. */
function Place({ operator }: { operator: AccountOperator }) {
  const { inherited_from: above, excluded } = operator;
  return (
    <>
      {above ? m.grant_from({ account: above.name }) : m.grant_here()}
      {excluded.length > 0 && (
        <span className="cell-sub">
          {m.branches_left_out({ names: list(excluded.map(({ name }) => name)) })}
        </span>
      )}
    </>
  );
}
