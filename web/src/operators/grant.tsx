/** What one operator may do here: the role with all that it permits, and the branches that it leaves out. */
import { useState } from "react";
import { BranchPicker } from "@/accounts/branches";
import { useAccount } from "@/accounts/queries";
import type { AccountOperator } from "@/api/types";
import { Button } from "@/design/button";
import { Dialog } from "@/design/dialog";
import { Select } from "@/design/fields";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { RoleName } from "@/roles/name";
import { PermissionList } from "@/roles/permission-list";
import { useRoles } from "@/roles/queries";
import { roleChoices, roleWhat } from "@/roles/role";
import { useSession } from "@/session/session";
import { useOperatorChanges } from "./queries";

type Props = { account: string; operator: AccountOperator; mayManage: boolean; onClose: () => void };

export function GrantDialog({ account, operator, mayManage, onClose }: Props) {
  const roles = useRoles(account).data ?? [];
  const kind = useAccount()?.kind;
  const self = useSession()?.operator.id === operator.id;
  const { setGrant } = useOperatorChanges(account);
  const [role, setRole] = useState(operator.role);
  const [excluded, setExcluded] = useState(operator.excluded);
  const inherited = operator.inherited_from;
  const editable = mayManage && !inherited && !self;
  const permissions = roles.find((candidate) => candidate.role === role)?.permissions ?? [];

  async function save() {
    const put = (next: string, branches: { id: string }[]) =>
      setGrant.mutateAsync({ id: operator.id, role: next, excluded: branches.map(({ id }) => id) });
    try {
      await put(role, excluded);
      toast(m.grant_saved({ name: operator.name }), {
        label: m.action_undo(),
        run: () => put(operator.role, operator.excluded).catch(toastProblem),
      });
      onClose();
    } catch (error) {
      toastProblem(error);
    }
  }

  return (
    <Dialog title={m.grant_title({ name: operator.name })} open onClose={onClose} wide>
      <p className="muted">{operator.email}</p>
      <div className="dialog-body">
        {inherited && <p className="muted">{m.grant_inherited({ account: inherited.name })}</p>}
        {self && !inherited && mayManage && <p className="muted">{m.grant_own()}</p>}
        {editable ? (
          <Select
            label={m.col_role()}
            choices={roleChoices(roles)}
            value={role}
            onChange={setRole}
            hint={roleWhat(role)}
          />
        ) : (
          <p>
            <strong>
              <RoleName role={operator.role} given={operator.role_name} />
            </strong>{" "}
            <span className="muted">{roleWhat(operator.role)}</span>
          </p>
        )}
        <PermissionList permissions={permissions} />
        {editable && kind !== "customer" && (
          <BranchPicker account={account} chosen={excluded} onChange={setExcluded} />
        )}
        {!editable && operator.excluded.length > 0 && (
          <p>{m.branches_left_out({ names: operator.excluded.map(({ name }) => name).join(", ") })}</p>
        )}
        <div className="dialog-actions">
          <Button onPress={onClose}>{editable ? m.action_cancel() : m.action_close()}</Button>
          {editable && (
            <Button look="primary" isPending={setGrant.isPending} onPress={save}>
              {m.action_save()}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  );
}
