/** The way of who runs the platform to see one account: for a reason, for a time, and with a second factor. */
import { useState } from "react";
import type { Account } from "@/api/types";
import { Button } from "@/design/button";
import { Dialog } from "@/design/dialog";
import { Select, TextField } from "@/design/fields";
import { m } from "@/i18n";
import { type Proof, ProofForm } from "@/security/proof";
import { useElevate } from "./queries";
import { minuteChoices } from "./view-as";
import "@/session/sign-in.css";

const MINUTES = [15, 30, 60] as const;
const MOST_LETTERS = 500;

export function ElevateButton({ account }: { account: Account }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button icon="shield" onPress={() => setOpen(true)}>
        {m.elevation_ask()}
      </Button>
      {open && <ElevationDialog account={account} onClose={() => setOpen(false)} />}
    </>
  );
}

function ElevationDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const elevate = useElevate(account.id);
  const [reason, setReason] = useState("");
  const [minutes, setMinutes] = useState("15");

  function begin(proof: Proof) {
    if ("password" in proof) return;
    elevate.mutate({ reason: reason.trim(), minutes: Number(minutes), ...proof }, { onSuccess: onClose });
  }

  return (
    <Dialog title={m.elevation_title({ account: account.name })} open onClose={onClose}>
      <p className="muted">{m.elevation_lead()}</p>
      <ProofForm
        by="code"
        action={m.elevation_begin()}
        busy={elevate.isPending}
        error={elevate.error}
        onProof={begin}
        onClose={onClose}
      >
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
      </ProofForm>
    </Dialog>
  );
}
