/** Gives an account another name; the one before comes back by undo. */
import { useState } from "react";
import type { Account } from "@/api/types";
import { Button } from "@/design/button";
import { Dialog } from "@/design/dialog";
import { TextField } from "@/design/fields";
import { Form } from "@/design/form";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { useRenameAccount } from "./queries";

export function RenameAccount({ account, onClose }: { account: Account; onClose: () => void }) {
  const rename = useRenameAccount();
  const [name, setName] = useState(account.name);
  async function submit() {
    await rename.mutateAsync({ id: account.id, name: name.trim() });
    onClose();
    toast(m.account_renamed(), {
      label: m.action_undo(),
      run: () => rename.mutateAsync({ id: account.id, name: account.name }).catch(toastProblem),
    });
  }
  return (
    <Dialog title={m.account_rename_title()} open onClose={onClose}>
      <Form onSubmit={submit}>
        <TextField
          name="name"
          label={m.col_name()}
          value={name}
          onChange={setName}
          maxLength={200}
          isRequired
          autoFocus
        />
        <div className="dialog-actions">
          <Button onPress={onClose}>{m.action_cancel()}</Button>
          <Button look="primary" type="submit" isPending={rename.isPending}>
            {m.action_save()}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
