/** Begins to look as somebody else does: for a reason, for some minutes, and without changing anything. */
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ProblemError } from "@/api/problem";
import type { AccountOperator } from "@/api/types";
import { Button } from "@/design/button";
import { Dialog } from "@/design/dialog";
import { Select, TextField } from "@/design/fields";
import { Form } from "@/design/form";
import { toast } from "@/design/toast";
import { m } from "@/i18n";
import { useViewAs } from "./queries";

const MINUTES = [5, 15, 30] as const;
const MOST_LETTERS = 500;

export function minuteChoices(minutes: readonly number[]) {
  return minutes.map((count) => ({ id: String(count), name: m.minutes({ count: String(count) }) }));
}

type Props = { account: string; operator: AccountOperator; onClose: () => void };

export function ViewAsDialog({ account, operator, onClose }: Props) {
  const view = useViewAs(account);
  const navigate = useNavigate();
  const [reason, setReason] = useState("");
  const [minutes, setMinutes] = useState("15");

  async function begin() {
    try {
      await view.mutateAsync({ operator_id: operator.id, reason: reason.trim(), minutes: Number(minutes) });
    } catch (error) {
      if (error instanceof ProblemError && error.code === "not_found")
        return toast(m.view_as_nothing({ name: operator.name }));
      throw error;
    }
    onClose();
    await navigate({ to: "/a/$account", params: { account } });
  }

  return (
    <Dialog title={m.view_as_title({ name: operator.name })} open onClose={onClose}>
      <p className="muted">{m.view_as_lead()}</p>
      <Form onSubmit={begin}>
        <TextField
          name="reason"
          label={m.reason()}
          hint={m.reason_hint()}
          value={reason}
          onChange={setReason}
          maxLength={MOST_LETTERS}
          autoComplete="off"
          isRequired
          autoFocus
        />
        <Select
          name="minutes"
          label={m.how_long()}
          choices={minuteChoices(MINUTES)}
          value={minutes}
          onChange={setMinutes}
        />
        <div className="dialog-actions">
          <Button onPress={onClose}>{m.action_cancel()}</Button>
          <Button look="primary" type="submit" isPending={view.isPending}>
            {m.view_as_begin()}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
