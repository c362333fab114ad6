/** Makes a group, or gives one another name; the name before comes back by undo. */
import { useState } from "react";
import { useAccount } from "@/accounts/queries";
import type { Group } from "@/api/types";
import { Button } from "@/design/button";
import { Dialog } from "@/design/dialog";
import { TextField } from "@/design/fields";
import { Form } from "@/design/form";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { useCreateGroup, useRenameGroup } from "./queries";

type Props = { account: string; group: Group | "new"; onClose: () => void };

export function EditGroup({ account, group, onClose }: Props) {
  const fresh = group === "new";
  const here = useAccount();
  const create = useCreateGroup(account);
  const rename = useRenameGroup();
  const [name, setName] = useState(fresh ? "" : group.name);

  async function submit() {
    const chosen = name.trim();
    if (fresh) {
      await create.mutateAsync(chosen);
      toast(m.group_created({ name: chosen }));
    } else if (chosen !== group.name) {
      await rename.mutateAsync({ group, name: chosen });
      toast(m.group_renamed(), {
        label: m.action_undo(),
        run: () => rename.mutateAsync({ group, name: group.name }).catch(toastProblem),
        about: group.id,
      });
    }
    onClose();
  }

  return (
    <Dialog title={fresh ? m.groups_add() : m.group_rename_title()} open onClose={onClose}>
      <Form onSubmit={submit} about={{ conflict: { field: "name", says: m.group_name_taken() } }}>
        <TextField
          name="name"
          label={m.col_name()}
          hint={
            fresh && here && here.kind !== "customer" ? m.group_of_account({ account: here.name }) : undefined
          }
          value={name}
          onChange={setName}
          placeholder={m.group_name_example()}
          maxLength={200}
          isRequired
          autoFocus
          autoComplete="off"
        />
        <div className="dialog-actions">
          <Button onPress={onClose}>{m.action_cancel()}</Button>
          <Button look="primary" type="submit" isPending={create.isPending || rename.isPending}>
            {fresh ? m.action_create() : m.action_save()}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
