/** The accounts directly below the one on screen: customers, and dealers where they nest. */
import { type FormEvent, useState } from "react";
import { Form } from "react-aria-components";
import type { Account, AccountKind } from "@/api/types";
import { Button } from "@/design/button";
import { Dialog } from "@/design/dialog";
import { Empty, Load } from "@/design/feedback";
import { SearchField, Select, TextField } from "@/design/fields";
import { useLater } from "@/design/later";
import { More } from "@/design/more";
import { Page } from "@/design/page";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { kindName } from "./kind";
import {
  useAccount,
  useAccountId,
  useChildAccounts,
  useCreateAccount,
  useMay,
  useRenameAccount,
} from "./queries";
import { AccountTable } from "./table";

export function AccountList() {
  const id = useAccountId();
  const mayManage = useMay("manage_accounts");
  const [typed, setTyped] = useState("");
  const accounts = useChildAccounts(id, useLater(typed.trim(), 250));
  const [open, setOpen] = useState<"new" | Account>();
  const add = mayManage && (
    <Button look="primary" icon="plus" onPress={() => setOpen("new")}>
      {m.accounts_add()}
    </Button>
  );
  return (
    <Page title={m.accounts_title()} lead={m.accounts_lead()} actions={add}>
      <search className="toolbar">
        <SearchField
          label={m.accounts_search()}
          clearLabel={m.action_clear()}
          value={typed}
          onChange={setTyped}
        />
      </search>
      <section className="card" aria-label={m.accounts_title()}>
        <Load query={accounts}>
          {(rows) =>
            rows.length === 0 ? (
              <Empty
                icon="customers"
                title={typed ? m.accounts_no_match() : m.accounts_empty_title()}
                action={!typed && add}
              >
                {typed
                  ? m.accounts_no_match_body()
                  : mayManage
                    ? m.accounts_empty_body()
                    : m.accounts_empty_viewer()}
              </Empty>
            ) : (
              <AccountTable accounts={rows} onRename={mayManage ? setOpen : undefined} />
            )
          }
        </Load>
        <More query={accounts} />
      </section>
      {open === "new" && <NewAccount parent={id} onClose={() => setOpen(undefined)} />}
      {open && open !== "new" && <Rename account={open} onClose={() => setOpen(undefined)} />}
    </Page>
  );
}

function NewAccount({ parent, onClose }: { parent: string; onClose: () => void }) {
  const account = useAccount();
  const create = useCreateAccount(parent);
  const [name, setName] = useState("");
  const kinds: AccountKind[] = account?.kind === "platform" ? ["dealer"] : ["customer", "dealer"];
  const [kind, setKind] = useState<AccountKind>(kinds[0] ?? "customer");
  async function submit(event: FormEvent) {
    event.preventDefault();
    try {
      const made = await create.mutateAsync({ name: name.trim(), kind });
      toast(m.account_created({ name: made.name }));
      onClose();
    } catch (error) {
      toastProblem(error);
    }
  }
  return (
    <Dialog title={m.accounts_add()} open onClose={onClose}>
      <Form className="dialog-body" onSubmit={submit}>
        <TextField
          label={m.col_name()}
          value={name}
          onChange={setName}
          maxLength={120}
          isRequired
          autoFocus
        />
        <Select
          label={m.col_kind()}
          choices={kinds.map((id) => ({ id, name: kindName(id) }))}
          value={kind}
          onChange={setKind}
          hint={m.kind_hint()}
        />
        <div className="dialog-actions">
          <Button onPress={onClose}>{m.action_cancel()}</Button>
          <Button look="primary" type="submit" isPending={create.isPending}>
            {m.action_create()}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}

function Rename({ account, onClose }: { account: Account; onClose: () => void }) {
  const rename = useRenameAccount();
  const [name, setName] = useState(account.name);
  async function submit(event: FormEvent) {
    event.preventDefault();
    try {
      await rename.mutateAsync({ id: account.id, name: name.trim() });
      onClose();
      toast(m.account_renamed(), {
        label: m.action_undo(),
        run: () => rename.mutateAsync({ id: account.id, name: account.name }).catch(toastProblem),
      });
    } catch (error) {
      toastProblem(error);
    }
  }
  return (
    <Dialog title={m.account_rename_title()} open onClose={onClose}>
      <Form className="dialog-body" onSubmit={submit}>
        <TextField
          label={m.col_name()}
          value={name}
          onChange={setName}
          maxLength={120}
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
