/** The host name of an account's portal: set by who runs the platform, where its certificate is set up. */
import { useState } from "react";
import type { Branding } from "@/api/types";
import { Button } from "@/design/button";
import { Dialog } from "@/design/dialog";
import { TextField } from "@/design/fields";
import { Form } from "@/design/form";
import { Card } from "@/design/page";
import { toast } from "@/design/toast";
import { m } from "@/i18n";
import { useBrandChanges } from "./queries";

type Props = { account: string; branding: Branding; editable?: boolean; source?: string };

export function HostCard({ account, branding, editable, source }: Props) {
  const [open, setOpen] = useState(false);
  const { own, effective } = branding;
  return (
    <Card
      title={m.host_title()}
      actions={editable && <Button onPress={() => setOpen(true)}>{m.host_change()}</Button>}
    >
      <p>{effective.host ? <code>{effective.host}</code> : m.host_none()}</p>
      <p className="hint">{effective.host && source}</p>
      <p className="hint">{editable ? m.host_hint() : m.host_hint_other()}</p>
      {open && <HostDialog account={account} host={own.host ?? ""} onClose={() => setOpen(false)} />}
    </Card>
  );
}

function HostDialog({ account, host, onClose }: { account: string; host: string; onClose: () => void }) {
  const { setHost } = useBrandChanges(account);
  const [typed, setTyped] = useState(host);
  async function save() {
    await setHost.mutateAsync(typed.trim() || null);
    toast(m.host_saved());
    onClose();
  }
  return (
    <Dialog title={m.host_change()} open onClose={onClose}>
      <p className="muted">{m.host_lead()}</p>
      <Form onSubmit={save} wrong={{ host: m.host_wrong() }} about={{ conflict: "host" }}>
        <TextField
          name="host"
          label={m.host_title()}
          placeholder="portal.example.com"
          value={typed}
          onChange={setTyped}
          autoComplete="off"
          autoFocus
        />
        <div className="dialog-actions">
          <Button onPress={onClose}>{m.action_cancel()}</Button>
          <Button look="primary" type="submit" isPending={setHost.isPending}>
            {m.action_save()}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
