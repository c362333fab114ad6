/** Makes a role, or changes one that this account made. */
import { useState } from "react";
import { useAccount } from "@/accounts/queries";
import type { Role } from "@/api/types";
import { Button } from "@/design/button";
import { Dialog } from "@/design/dialog";
import { Select, TextField } from "@/design/fields";
import { Form } from "@/design/form";
import { toast } from "@/design/toast";
import { m } from "@/i18n";
import type { Permission } from "@/session/permission";
import { choosable, PermissionPicker } from "./permission-picker";
import { useRoleChanges } from "./queries";
import { roleChoices } from "./role";
import { isPermission } from "./words";

/** Who cannot see the account has no use of the rest. */
const LEAST: Permission[] = ["view_accounts"];

type Props = { account: string; role: Role | "new"; roles: Role[]; onClose: () => void };

export function EditRole({ account, role, roles, onClose }: Props) {
  const fresh = role === "new";
  const own = useAccount()?.permissions ?? [];
  const { create, change } = useRoleChanges(account);
  const [name, setName] = useState(fresh ? "" : role.name);
  const [chosen, setChosen] = useState(fresh ? LEAST : role.permissions.filter(isPermission));
  const [start, setStart] = useState<string | null>(null);

  function startFrom(id: string) {
    setStart(id);
    const model = roles.find((candidate) => candidate.role === id);
    if (model) setChosen(choosable(model.permissions, own));
  }

  async function submit() {
    const body = { name: name.trim(), permissions: chosen };
    if (fresh) await create.mutateAsync(body);
    else await change.mutateAsync({ id: role.role, ...body });
    toast(fresh ? m.role_created({ name: body.name }) : m.role_saved({ name: body.name }));
    onClose();
  }

  return (
    <Dialog title={fresh ? m.roles_add() : m.role_edit_title()} open onClose={onClose} wide>
      <Form onSubmit={submit}>
        <TextField
          name="name"
          label={m.col_name()}
          hint={m.role_name_hint()}
          value={name}
          onChange={setName}
          maxLength={200}
          isRequired
          autoFocus
        />
        {fresh ? (
          <Select
            label={m.role_start_from()}
            hint={m.role_start_hint()}
            choices={roleChoices(roles)}
            value={start}
            onChange={startFrom}
            placeholder={m.role_start_none()}
          />
        ) : (
          <p className="hint">{m.role_edit_hint()}</p>
        )}
        <PermissionPicker chosen={chosen} onChange={setChosen} />
        {chosen.length === 0 && <p className="error">{m.role_none_chosen()}</p>}
        <div className="dialog-actions">
          <Button onPress={onClose}>{m.action_cancel()}</Button>
          <Button
            look="primary"
            type="submit"
            isDisabled={chosen.length === 0}
            isPending={create.isPending || change.isPending}
          >
            {fresh ? m.action_create() : m.action_save()}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
