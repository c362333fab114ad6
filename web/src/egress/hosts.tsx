/** The hosts that an account named itself, and those of accounts above, which hold here too. */
import { useState } from "react";
import type { Account, EgressHost } from "@/api/types";
import { Button, IconButton } from "@/design/button";
import { Confirm, Dialog } from "@/design/dialog";
import { Empty, Load } from "@/design/feedback";
import { Select, TextField } from "@/design/fields";
import { Form } from "@/design/form";
import { Card } from "@/design/page";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { date } from "@/i18n/format";
import { useHostChanges, useHosts, useHostsAbove } from "./queries";
import { PURPOSES, type Purpose, purposeName } from "./words";

export function HostCard({ account }: { account: Account }) {
  const hosts = useHosts(account.id);
  const above = useHostsAbove(account);
  const [adding, setAdding] = useState(false);
  const add = (
    <Button look="primary" icon="plus" onPress={() => setAdding(true)}>
      {m.egress_allow()}
    </Button>
  );
  return (
    <Card title={m.egress_hosts()} flush actions={add}>
      <Load query={hosts} rows={3}>
        {(own) =>
          own.length === 0 && above.length === 0 ? (
            <Empty icon="shield" title={m.egress_none()}>
              {m.egress_none_body()}
            </Empty>
          ) : (
            <HostTable account={account.id} own={own} above={above} />
          )
        }
      </Load>
      {adding && <AllowDialog account={account.id} onClose={() => setAdding(false)} />}
    </Card>
  );
}

type TableProps = { account: string; own: EgressHost[]; above: { account: string; host: EgressHost }[] };

function HostTable({ account, own, above }: TableProps) {
  const { deny } = useHostChanges(account);
  const [removing, setRemoving] = useState<EgressHost>();
  return (
    <>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{m.egress_host()}</th>
            <th scope="col">{m.egress_purpose()}</th>
            <th scope="col">{m.egress_named()}</th>
            <th scope="col">{m.egress_since()}</th>
            <th scope="col">
              <span className="sr-only">{m.col_actions()}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {own.map((host) => (
            <tr key={host.id}>
              <Cells host={host} named={m.grant_here()} />
              <td>
                <div className="actions">
                  <IconButton
                    icon="trash"
                    label={`${m.egress_deny()}: ${host.host}`}
                    onPress={() => setRemoving(host)}
                  />
                </div>
              </td>
            </tr>
          ))}
          {above.map(({ account: name, host }) => (
            <tr key={host.id}>
              <Cells host={host} named={m.grant_from({ account: name })} />
              <td />
            </tr>
          ))}
        </tbody>
      </table>
      <Confirm
        title={m.egress_deny_title({ host: removing?.host ?? "" })}
        body={m.egress_deny_body()}
        action={m.egress_deny()}
        open={removing !== undefined}
        busy={deny.isPending}
        onClose={() => setRemoving(undefined)}
        onConfirm={() =>
          removing &&
          deny.mutate(removing.id, {
            onSuccess: () => {
              toast(m.egress_denied({ host: removing.host }));
              setRemoving(undefined);
            },
            onError: toastProblem,
          })
        }
      />
    </>
  );
}

function Cells({ host, named }: { host: EgressHost; named: string }) {
  return (
    <>
      <td>
        <code>{host.port === 443 ? host.host : `${host.host}:${host.port}`}</code>
      </td>
      <td>{purposeName(host.purpose)}</td>
      <td className="muted">{named}</td>
      <td className="nowrap">{date(host.created_at)}</td>
    </>
  );
}

function AllowDialog({ account, onClose }: { account: string; onClose: () => void }) {
  const { allow } = useHostChanges(account);
  const [purpose, setPurpose] = useState<Purpose>("webhook");
  const [host, setHost] = useState("");
  const [port, setPort] = useState("443");

  async function save() {
    await allow.mutateAsync({ purpose, host: host.trim(), port: Number(port) });
    toast(m.egress_allowed({ host: host.trim() }));
    onClose();
  }

  return (
    <Dialog title={m.egress_allow()} open onClose={onClose}>
      <p className="muted">{m.egress_allow_lead()}</p>
      <Form onSubmit={save} wrong={{ host: m.egress_wrong_host() }}>
        <Select
          name="purpose"
          label={m.egress_purpose()}
          choices={PURPOSES.map((id) => ({ id, name: purposeName(id) }))}
          value={purpose}
          onChange={setPurpose}
        />
        <TextField
          name="host"
          label={m.egress_host()}
          placeholder="hooks.example.com"
          value={host}
          onChange={setHost}
          autoComplete="off"
          isRequired
          autoFocus
        />
        <TextField
          name="port"
          label={m.egress_port()}
          value={port}
          onChange={setPort}
          pattern="[1-9][0-9]{0,4}"
          inputMode="numeric"
          autoComplete="off"
          isRequired
        />
        <div className="dialog-actions">
          <Button onPress={onClose}>{m.action_cancel()}</Button>
          <Button look="primary" type="submit" isPending={allow.isPending}>
            {m.action_add()}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
