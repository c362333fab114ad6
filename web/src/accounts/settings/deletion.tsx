/** Deletes an account with all below it once a time of grace is over; until then it can be kept. */
import { useState } from "react";
import type { Account } from "@/api/types";
import { Button } from "@/design/button";
import { Dialog } from "@/design/dialog";
import { TextField } from "@/design/fields";
import { Form } from "@/design/form";
import { Card } from "@/design/page";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { date } from "@/i18n/format";
import { useDeletion } from "./queries";

export function DeletionCard({ account }: { account: Account }) {
  const { keep } = useDeletion(account.id);
  const [asking, setAsking] = useState(false);
  const due = account.erase_at;
  return (
    <Card
      danger
      title={m.deletion_title()}
      actions={
        due ? (
          <Button
            look="primary"
            isPending={keep.isPending}
            onPress={() =>
              keep.mutate(undefined, {
                onSuccess: () => toast(m.deletion_kept({ account: account.name })),
                onError: toastProblem,
              })
            }
          >
            {m.deletion_keep()}
          </Button>
        ) : (
          <Button onPress={() => setAsking(true)}>{m.deletion_begin()}</Button>
        )
      }
    >
      <p className="muted">{due ? m.deletion_due({ date: date(due) }) : m.deletion_lead()}</p>
      {asking && <DeletionDialog account={account} onClose={() => setAsking(false)} />}
    </Card>
  );
}

function DeletionDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const { remove } = useDeletion(account.id);
  const [typed, setTyped] = useState("");

  async function submit() {
    const deletion = await remove.mutateAsync(typed.trim());
    toast(m.deletion_begun({ account: account.name, date: date(deletion.erase_at) }));
    onClose();
  }

  return (
    <Dialog title={m.deletion_ask({ account: account.name })} open onClose={onClose} role="alertdialog">
      <ul className="stops">
        <li>{m.deletion_stops()}</li>
        <li>{m.deletion_erases()}</li>
        <li>{m.deletion_cancel()}</li>
        <li>{m.deletion_export()}</li>
      </ul>
      <Form onSubmit={submit} wrong={{ name: m.deletion_wrong_name() }}>
        <TextField
          name="name"
          label={m.deletion_name({ account: account.name })}
          value={typed}
          onChange={setTyped}
          autoComplete="off"
          isRequired
          autoFocus
        />
        <div className="dialog-actions">
          <Button onPress={onClose}>{m.action_cancel()}</Button>
          <Button
            look="danger"
            type="submit"
            isPending={remove.isPending}
            isDisabled={typed.trim() !== account.name}
          >
            {m.deletion_begin_now()}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
