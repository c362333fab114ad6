/** Suspends an account with all below it, and ends that. */
import { useState } from "react";
import type { Account } from "@/api/types";
import { Button } from "@/design/button";
import { Dialog } from "@/design/dialog";
import { TextField } from "@/design/fields";
import { Form } from "@/design/form";
import { Card } from "@/design/page";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { dateTime } from "@/i18n/format";
import { useSuspension } from "./queries";

export function SuspensionCard({ account }: { account: Account }) {
  const { resume } = useSuspension(account.id);
  const [asking, setAsking] = useState(false);
  const suspended = account.suspended_at;
  return (
    <Card
      danger={!suspended}
      title={m.suspension_title()}
      actions={
        suspended ? (
          <Button
            look="primary"
            isPending={resume.isPending}
            onPress={() =>
              resume.mutate(undefined, {
                onSuccess: () => toast(m.suspension_ended({ account: account.name })),
                onError: toastProblem,
              })
            }
          >
            {m.suspension_end()}
          </Button>
        ) : (
          <Button onPress={() => setAsking(true)}>{m.suspension_begin()}</Button>
        )
      }
    >
      <p className="muted">
        {suspended ? m.suspension_since({ time: dateTime(suspended) }) : m.suspension_lead()}
      </p>
      {asking && <SuspensionDialog account={account} onClose={() => setAsking(false)} />}
    </Card>
  );
}

function SuspensionDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const { suspend } = useSuspension(account.id);
  const [reason, setReason] = useState("");

  async function begin() {
    await suspend.mutateAsync(reason.trim() || null);
    toast(m.suspension_begun({ account: account.name }));
    onClose();
  }

  return (
    <Dialog title={m.suspension_ask({ account: account.name })} open onClose={onClose} role="alertdialog">
      <Stops />
      <Form onSubmit={begin}>
        <TextField
          name="reason"
          label={m.reason_optional()}
          hint={m.reason_hint()}
          value={reason}
          onChange={setReason}
          maxLength={500}
          autoComplete="off"
        />
        <div className="dialog-actions">
          <Button onPress={onClose} autoFocus>
            {m.action_cancel()}
          </Button>
          <Button look="danger" type="submit" isPending={suspend.isPending}>
            {m.suspension_begin()}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}

/** What stands still while an account is suspended, and what does not. */
function Stops() {
  return (
    <ul className="stops">
      <li>{m.stops_sign_in()}</li>
      <li>{m.stops_tokens()}</li>
      <li>{m.stops_reports()}</li>
      <li>{m.stops_below()}</li>
      <li>{m.stops_kept()}</li>
    </ul>
  );
}
