/** What an account and all below it may have and has. Limits are set by somebody above; those further up hold too. */
import { useState } from "react";
import type { Account, QuotaKind, QuotaLimits, Quotas } from "@/api/types";
import { Button } from "@/design/button";
import { Dialog } from "@/design/dialog";
import { Load } from "@/design/feedback";
import { TextField } from "@/design/fields";
import { Form } from "@/design/form";
import { Card } from "@/design/page";
import { toast } from "@/design/toast";
import { m } from "@/i18n";
import { number } from "@/i18n/format";
import { useQuotas, useSetQuotas } from "./queries";
import { QUOTA_KINDS, quotaWord } from "./words";

export function QuotaCard({ account, editable }: { account: Account; editable: boolean }) {
  const quotas = useQuotas(account.id);
  const [open, setOpen] = useState(false);
  return (
    <Card
      title={m.quotas_title()}
      actions={editable && <Button onPress={() => setOpen(true)}>{m.quotas_change()}</Button>}
    >
      <Load query={quotas} rows={3}>
        {(found) => (
          <>
            <ul className="quotas">
              {QUOTA_KINDS.map((what) => (
                <Line key={what} what={what} quotas={found} account={account} />
              ))}
            </ul>
            {account.kind !== "platform" && (
              <p className="hint">{editable ? m.quotas_hint() : m.quotas_hint_other()}</p>
            )}
            {open && <QuotaDialog account={account} limits={found.limits} onClose={() => setOpen(false)} />}
          </>
        )}
      </Load>
    </Card>
  );
}

type LineProps = { what: QuotaKind; quotas: Quotas; account: Account };

function Line({ what, quotas, account }: LineProps) {
  const used = quotas.used[what];
  const limit = quotas.limits[what];
  const inherited = quotas.inherited.filter((one) => one.what === what);
  const nameOf = (id: string) => account.path.find((step) => step.id === id)?.name ?? m.account_unseen();
  return (
    <li className="quota">
      <span className="quota-what">{quotaWord(what)}</span>
      <span className="quota-figures">
        {limit == null
          ? m.quota_used({ used: number(used) })
          : m.quota_used_of({ used: number(used), limit: number(limit) })}
      </span>
      {limit != null && <Bar used={used} limit={limit} />}
      {limit == null && inherited.length === 0 && <span className="cell-sub">{m.quota_unlimited()}</span>}
      {inherited.map((one) => (
        <span key={one.account_id} className="cell-sub">
          {m.quota_above({
            account: nameOf(one.account_id),
            used: number(one.used),
            limit: number(one.limit),
          })}
        </span>
      ))}
    </li>
  );
}

/** The words beside it say the same. */
function Bar({ used, limit }: { used: number; limit: number }) {
  const part = limit === 0 ? 1 : Math.min(1, used / limit);
  const tone = used >= limit ? "bad" : part >= 0.9 ? "warn" : "good";
  return (
    <span className="quota-bar" aria-hidden="true">
      <span className={`quota-fill quota-fill--${tone}`} style={{ width: `${part * 100}%` }} />
    </span>
  );
}

type DialogProps = { account: Account; limits: QuotaLimits; onClose: () => void };

function QuotaDialog({ account, limits, onClose }: DialogProps) {
  const set = useSetQuotas(account.id);
  const [typed, setTyped] = useState<Record<QuotaKind, string>>({
    devices: limits.devices?.toString() ?? "",
    collectors: limits.collectors?.toString() ?? "",
    operators: limits.operators?.toString() ?? "",
  });
  const limitOf = (text: string) => (text.trim() === "" ? null : Number(text));

  async function save() {
    await set.mutateAsync({
      devices: limitOf(typed.devices),
      collectors: limitOf(typed.collectors),
      operators: limitOf(typed.operators),
    });
    toast(m.quotas_saved());
    onClose();
  }

  return (
    <Dialog title={m.quotas_of({ account: account.name })} open onClose={onClose}>
      <p className="muted">{m.quotas_lead()}</p>
      <Form onSubmit={save}>
        {QUOTA_KINDS.map((what, at) => (
          <TextField
            key={what}
            name={what}
            label={quotaWord(what)}
            value={typed[what]}
            onChange={(text) => setTyped({ ...typed, [what]: text })}
            pattern="[0-9]{1,9}"
            inputMode="numeric"
            placeholder={m.quota_unlimited()}
            autoComplete="off"
            autoFocus={at === 0}
          />
        ))}
        <div className="dialog-actions">
          <Button onPress={onClose}>{m.action_cancel()}</Button>
          <Button look="primary" type="submit" isPending={set.isPending}>
            {m.action_save()}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
