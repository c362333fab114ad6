/** Gives someone a role here. A first password, when the server made one, is shown once. */
import { useState } from "react";
import { BranchPicker } from "@/accounts/branches";
import { useAccount } from "@/accounts/queries";
import { ProblemError } from "@/api/problem";
import type { Named } from "@/api/types";
import { Button } from "@/design/button";
import { Dialog } from "@/design/dialog";
import { Select, TextField } from "@/design/fields";
import { Form } from "@/design/form";
import { CopyLine } from "@/design/text";
import { toast } from "@/design/toast";
import { m } from "@/i18n";
import { useInvitationChanges } from "@/invitations/queries";
import { useRoles } from "@/roles/queries";
import { roleChoices, roleWhat } from "@/roles/role";
import { useOperatorChanges } from "./queries";

export function AddOperator({ account, onClose }: { account: string; onClose: () => void }) {
  const { add } = useOperatorChanges(account);
  const { invite } = useInvitationChanges(account);
  const roles = useRoles(account).data ?? [];
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [role, setRole] = useState("technician");
  const kind = useAccount()?.kind;
  const [excluded, setExcluded] = useState<Named[]>([]);
  const [password, setPassword] = useState<string>();

  async function submit() {
    try {
      const made = await add.mutateAsync({
        email: email.trim(),
        name: name.trim(),
        role,
        excluded: excluded.map(({ id }) => id),
      });
      if (made.initial_password) return setPassword(made.initial_password);
      toast(m.operator_added({ name: name.trim() }));
      onClose();
    } catch (error) {
      if (error instanceof ProblemError && error.code === "invite_by_mail") return inviteInstead();
      throw error;
    }
  }

  /** Where mail is configured nobody is added with a password. */
  async function inviteInstead() {
    const to = email.trim();
    const left = excluded.map(({ id }) => id);
    await invite.mutateAsync({ email: to, name: name.trim(), role, excluded: left });
    toast(m.invitation_sent({ email: to }));
    onClose();
  }

  if (password) {
    return (
      <Dialog title={m.operator_added({ name })} open onClose={onClose}>
        <p className="muted">{m.operator_password_lead()}</p>
        <div className="dialog-body">
          <CopyLine label={m.operator_password()} value={password} />
        </div>
        <div className="dialog-actions">
          <Button look="primary" onPress={onClose}>
            {m.action_done()}
          </Button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title={m.operators_add()} open onClose={onClose}>
      <Form onSubmit={submit}>
        <TextField
          name="name"
          label={m.col_name()}
          value={name}
          onChange={setName}
          isRequired
          autoFocus
          autoComplete="off"
        />
        <TextField
          name="email"
          label={m.signin_email()}
          value={email}
          onChange={setEmail}
          type="email"
          isRequired
          autoComplete="off"
        />
        <Select
          name="role"
          label={m.col_role()}
          choices={roleChoices(roles)}
          value={role}
          onChange={setRole}
          hint={roleWhat(role)}
        />
        {kind !== "customer" && <BranchPicker account={account} chosen={excluded} onChange={setExcluded} />}
        <div className="dialog-actions">
          <Button onPress={onClose}>{m.action_cancel()}</Button>
          <Button look="primary" type="submit" isPending={add.isPending || invite.isPending}>
            {m.action_add()}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
