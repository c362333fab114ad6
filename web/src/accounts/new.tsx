/**
 * Creates an account below, on request with its first owner: who runs a platform has no sight of what a
 * dealer has, so the dealer's own people must be able to begin. A password that was made is shown once.
 */
import { useState } from "react";
import type { AccountKind } from "@/api/types";
import { Button } from "@/design/button";
import { Checkbox } from "@/design/checkbox";
import { Dialog } from "@/design/dialog";
import { Select, TextField } from "@/design/fields";
import { Form } from "@/design/form";
import { CopyLine } from "@/design/text";
import { toast } from "@/design/toast";
import { m } from "@/i18n";
import { mayOwn } from "@/session/session";
import { kindName } from "./kind";
import { useAccount, useCreateAccount } from "./queries";

type Made = { account: string; email: string; password: string };

export function NewAccount({ parent, onClose }: { parent: string; onClose: () => void }) {
  const above = useAccount();
  const platform = above?.kind === "platform";
  const [made, setMade] = useState<Made>();
  if (!made)
    return (
      <Dialog title={m.accounts_add()} open onClose={onClose}>
        <Draft
          parent={parent}
          kinds={platform ? ["dealer"] : ["customer", "dealer"]}
          withOwner={platform}
          mayGiveOwner={platform || mayOwn(above)}
          onMade={setMade}
          onClose={onClose}
        />
      </Dialog>
    );
  return (
    <Dialog title={m.account_created({ name: made.account })} open onClose={onClose}>
      <p className="muted">{m.operator_password_lead()}</p>
      <div className="dialog-body">
        <CopyLine label={m.signin_email()} value={made.email} />
        <CopyLine label={m.operator_password()} value={made.password} />
      </div>
      <div className="dialog-actions">
        <Button look="primary" onPress={onClose}>
          {m.action_done()}
        </Button>
      </div>
    </Dialog>
  );
}

type DraftProps = {
  parent: string;
  kinds: AccountKind[];
  withOwner: boolean;
  /** Nobody gives a role with more than he has. */
  mayGiveOwner: boolean;
  onMade: (made: Made) => void;
  onClose: () => void;
};

function Draft({ parent, kinds, withOwner, mayGiveOwner, onMade, onClose }: DraftProps) {
  const create = useCreateAccount(parent);
  const [name, setName] = useState("");
  const [kind, setKind] = useState<AccountKind>(kinds[0] ?? "customer");
  const [owned, setOwned] = useState(withOwner);
  const [owner, setOwner] = useState({ name: "", email: "" });

  async function submit() {
    const first = { name: owner.name.trim(), email: owner.email.trim() };
    const made = await create.mutateAsync({ name: name.trim(), kind, ...(owned && { owner: first }) });
    if (made.initial_password)
      return onMade({ account: made.name, email: first.email, password: made.initial_password });
    toast(m.account_created({ name: made.name }));
    onClose();
  }

  return (
    <Form onSubmit={submit}>
      <TextField
        name="name"
        label={m.col_name()}
        value={name}
        onChange={setName}
        maxLength={200}
        isRequired
        autoFocus
        autoComplete="off"
      />
      {kinds.length > 1 && (
        <Select
          name="kind"
          label={m.col_kind()}
          choices={kinds.map((id) => ({ id, name: kindName(id) }))}
          value={kind}
          onChange={setKind}
          hint={m.kind_hint()}
        />
      )}
      {mayGiveOwner && (
        <div className="field">
          <Checkbox isSelected={owned} onChange={setOwned}>
            {m.account_owner()}
          </Checkbox>
          <p className="hint">{m.account_owner_hint()}</p>
        </div>
      )}
      {owned && (
        <>
          <TextField
            label={m.account_owner_name()}
            value={owner.name}
            onChange={(name) => setOwner({ ...owner, name })}
            maxLength={200}
            isRequired
            autoComplete="off"
          />
          <TextField
            name="email"
            label={m.account_owner_email()}
            value={owner.email}
            onChange={(email) => setOwner({ ...owner, email })}
            type="email"
            isRequired
            autoComplete="off"
          />
        </>
      )}
      <div className="dialog-actions">
        <Button onPress={onClose}>{m.action_cancel()}</Button>
        <Button look="primary" type="submit" isPending={create.isPending}>
          {m.action_create()}
        </Button>
      </div>
    </Form>
  );
}
