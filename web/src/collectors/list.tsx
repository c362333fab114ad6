/** The collectors of the account and below, and the account's own sites. */
import { useState } from "react";
import { useAccount, useAccountId, useMay } from "@/accounts/queries";
import { AccountSwitcher } from "@/accounts/switcher";
import type { Collector } from "@/api/types";
import { Button, IconButton } from "@/design/button";
import { Confirm } from "@/design/dialog";
import { Empty, Load } from "@/design/feedback";
import { Page } from "@/design/page";
import { Ago, Nothing, Status } from "@/design/text";
import { toast, toastProblem } from "@/design/toast";
import { leftOutWords } from "@/devices/left-out";
import { NoDriverNotice, useNoDriver } from "@/drivers/consent";
import { m } from "@/i18n";
import { number } from "@/i18n/format";
import { AddCollector } from "./add";
import { Enrollments } from "./enrollments";
import { useCollectors, useRevokeCollector, useScanNow, useVouch } from "./queries";
import { Sites } from "./sites";
import { collectorState } from "./state";

export function CollectorList() {
  const id = useAccountId();
  const account = useAccount();
  const mayManage = useMay("manage_collectors");
  const collectors = useCollectors(id);
  const [adding, setAdding] = useState(false);
  const noDriver = useNoDriver(id);
  const customer = account?.kind === "customer";
  const add = mayManage && customer && (
    <Button look="primary" icon="plus" onPress={() => setAdding(true)}>
      {m.collectors_add()}
    </Button>
  );
  return (
    <Page
      title={m.collectors_title()}
      lead={m.collectors_lead()}
      actions={account && !customer && mayManage ? <AccountSwitcher label={m.collectors_choose()} /> : add}
    >
      {customer && noDriver && <NoDriverNotice account={id} />}
      <section className="card" aria-label={m.collectors_title()}>
        <Load query={collectors}>
          {(rows) =>
            rows.length === 0 ? (
              <Empty
                icon="collector"
                title={m.collectors_empty_title()}
                action={customer ? add : <AccountSwitcher label={m.collectors_choose()} />}
              >
                {customer ? m.collectors_empty_body() : m.collectors_empty_dealer()}
              </Empty>
            ) : (
              <CollectorTable collectors={rows} mayManage={mayManage} />
            )
          }
        </Load>
      </section>
      {mayManage && <Enrollments account={id} />}
      {customer && <Sites account={id} />}
      {adding && <AddCollector account={id} onClose={() => setAdding(false)} />}
    </Page>
  );
}

function CollectorTable({ collectors, mayManage }: { collectors: Collector[]; mayManage: boolean }) {
  const [revoking, setRevoking] = useState<Collector>();
  const [vouching, setVouching] = useState<Collector>();
  const scan = useScanNow();
  const revoke = useRevokeCollector();
  const vouch = useVouch();
  return (
    <div className="card-body--flush">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{m.col_name()}</th>
            <th scope="col">{m.col_state()}</th>
            <th scope="col">{m.col_place()}</th>
            <th scope="col" className="number">
              {m.nav_devices()}
            </th>
            <th scope="col" className="number">
              {m.col_spool()}
            </th>
            <th scope="col">{m.col_last_seen()}</th>
            <th scope="col">
              <span className="sr-only">{m.col_actions()}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {collectors.map((collector) => (
            <Row
              key={collector.id}
              collector={collector}
              mayManage={mayManage}
              onScan={() =>
                scan.mutate(collector, {
                  onSuccess: () => toast(m.collector_scan_asked()),
                  onError: toastProblem,
                })
              }
              onRevoke={() => setRevoking(collector)}
              onVouch={() => setVouching(collector)}
            />
          ))}
        </tbody>
      </table>
      <Confirm
        title={m.collector_revoke_title({ name: revoking?.name ?? "" })}
        body={m.collector_revoke_body()}
        action={m.action_revoke()}
        open={revoking !== undefined}
        busy={revoke.isPending}
        onClose={() => setRevoking(undefined)}
        onConfirm={() =>
          revoking &&
          revoke.mutate(revoking, {
            onSuccess: () => {
              toast(m.collector_revoked({ name: revoking.name }));
              setRevoking(undefined);
            },
            onError: toastProblem,
          })
        }
      />
      <Confirm
        title={m.collector_vouch_title({ name: vouching?.name ?? "" })}
        body={m.collector_vouch_body()}
        action={m.collector_vouch()}
        open={vouching !== undefined}
        busy={vouch.isPending}
        onClose={() => setVouching(undefined)}
        onConfirm={() =>
          vouching &&
          vouch.mutate(vouching, {
            onSuccess: () => {
              toast(m.collector_vouched({ name: vouching.name }));
              setVouching(undefined);
            },
            onError: toastProblem,
          })
        }
      />
    </div>
  );
}

type RowProps = {
  collector: Collector;
  mayManage: boolean;
  onScan: () => void;
  onRevoke: () => void;
  onVouch: () => void;
};

function Row({ collector, mayManage, onScan, onRevoke, onVouch }: RowProps) {
  const mayVouch = useMay("manage_sites");
  const state = collectorState(collector.state);
  const live = mayManage && collector.state !== "revoked";
  return (
    <tr>
      <td>
        <strong>{collector.name}</strong>
        <span className="cell-sub mono">{collector.version}</span>
      </td>
      <td>
        <Status tone={state.tone}>{state.name}</Status>
        {collector.left_out.length > 0 && (
          <span className="cell-sub error">
            {m.collector_left_out({ what: leftOutWords(collector.left_out) })}
          </span>
        )}
        {collector.secrets_withheld_at && collector.state !== "revoked" && (
          <span className="cell-sub error">{m.collector_withheld()}</span>
        )}
      </td>
      <td>
        {collector.account.name}
        <span className="cell-sub">{collector.site?.name}</span>
      </td>
      <td className="number">
        {collector.devices_seen == null ? <Nothing /> : number(collector.devices_seen)}
      </td>
      <td className="number">
        {number(collector.spool.pending)}
        {collector.spool.dead_letters > 0 && (
          <span className="cell-sub error">
            {m.collector_dead({ count: number(collector.spool.dead_letters) })}
          </span>
        )}
      </td>
      <td>
        <Ago at={collector.last_seen_at} />
      </td>
      <td>
        {mayVouch && collector.secrets_withheld_at && collector.state !== "revoked" && (
          <div className="actions">
            <Button
              small
              icon="shield"
              onPress={onVouch}
              aria-label={`${m.collector_vouch()}: ${collector.name}`}
            >
              {m.collector_vouch()}
            </Button>
          </div>
        )}
        {live && (
          <div className="actions">
            <Button
              small
              icon="refresh"
              onPress={onScan}
              aria-label={`${m.collector_scan()}: ${collector.name}`}
            >
              {m.collector_scan()}
            </Button>
            <IconButton icon="trash" label={`${m.action_revoke()}: ${collector.name}`} onPress={onRevoke} />
          </div>
        )}
      </td>
    </tr>
  );
}
