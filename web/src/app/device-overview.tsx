/** What needs attention in the account's devices and those below, at a glance. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useAccount, useAccountId, useMay } from "@/accounts/queries";
import { AlertTable } from "@/alerts/list";
import { useAlerts } from "@/alerts/queries";
import { api, reply } from "@/api/client";
import type { Device } from "@/api/types";
import { useCollectors } from "@/collectors/queries";
import { collectorState } from "@/collectors/state";
import { Empty, Load } from "@/design/feedback";
import { Card } from "@/design/page";
import { Ago, Status } from "@/design/text";
import { deviceName } from "@/devices/name";
import { useDevices } from "@/devices/queries";
import { SupplyList } from "@/devices/supplies";
import { LOW_PERCENT, urgency } from "@/devices/supply";
import { m } from "@/i18n";
import { Tiles } from "./tiles";
import "./overview.css";

const ALERTS_SHOWN = 8;
const LOW_SHOWN = 6;

export function DeviceOverview() {
  const id = useAccountId();
  const account = useAccount();
  const summary = useQuery({
    queryKey: ["summary", id],
    queryFn: ({ signal }) =>
      reply(api.GET("/api/v1/accounts/{id}/summary", { params: { path: { id } }, signal })),
  });
  const mayCollect = useMay("manage_collectors");
  const empty = summary.data?.devices === 0;
  return (
    <>
      <Load query={summary} rows={3}>
        {(figures) => <Tiles account={id} figures={figures} />}
      </Load>
      {empty ? (
        <section className="card">
          <Empty
            icon="device"
            title={m.devices_empty_title()}
            action={
              mayCollect && (
                <Link className="button button--primary" to="/a/$account/collectors" params={{ account: id }}>
                  {m.devices_empty_action()}
                </Link>
              )
            }
          >
            {mayCollect
              ? m.devices_empty_body({ account: account?.name ?? "" })
              : m.device_empty_viewer({ account: account?.name ?? "" })}
          </Empty>
        </section>
      ) : (
        <div className="split">
          <OpenAlerts account={id} />
          <div className="stack">
            <LowSupplies account={id} />
            <LostCollectors account={id} />
          </div>
        </div>
      )}
    </>
  );
}

function OpenAlerts({ account }: { account: string }) {
  const alerts = useAlerts(account, {}, ALERTS_SHOWN);
  return (
    <Card
      title={m.overview_alerts()}
      flush
      actions={
        <Link to="/a/$account/alerts" params={{ account }}>
          {m.action_all()}
        </Link>
      }
    >
      <Load query={alerts} rows={5}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty icon="check" title={m.alerts_none_title()}>
              {m.alerts_none_body()}
            </Empty>
          ) : (
            <AlertTable alerts={rows.slice(0, ALERTS_SHOWN)} compact />
          )
        }
      </Load>
    </Card>
  );
}

function LowSupplies({ account }: { account: string }) {
  const devices = useDevices(account, { sort: "supply_low" });
  return (
    <Card title={m.overview_low()}>
      <Load query={devices} rows={4}>
        {(rows) => {
          const low = rows.filter(isLow).slice(0, LOW_SHOWN);
          if (low.length === 0) return <p className="muted">{m.overview_low_none()}</p>;
          return (
            <ul className="low">
              {low.map((device) => (
                <li key={device.id}>
                  <div className="low-head">
                    <Link
                      to="/a/$account/devices/$device"
                      params={{ account, device: device.id }}
                      className="truncate"
                    >
                      {deviceName(device)}
                    </Link>
                    <span className="faint truncate">{device.account.name}</span>
                  </div>
                  <SupplyList
                    supplies={device.supplies_summary.filter((supply) => urgency(supply) !== "fine")}
                  />
                </li>
              ))}
            </ul>
          );
        }}
      </Load>
    </Card>
  );
}

function isLow(device: Device): boolean {
  const lowest = device.supply_low;
  return (
    (lowest != null && lowest <= LOW_PERCENT) ||
    device.supplies_summary.some((supply) => urgency(supply) !== "fine")
  );
}

function LostCollectors({ account }: { account: string }) {
  const collectors = useCollectors(account);
  return (
    <Card title={m.overview_collectors()}>
      <Load query={collectors} rows={2}>
        {(rows) => {
          const lost = rows.filter(
            (collector) => collector.state === "offline" || collector.state === "late",
          );
          if (lost.length === 0) return <p className="muted">{m.overview_collectors_none()}</p>;
          return (
            <ul className="low">
              {lost.map((collector) => {
                const state = collectorState(collector.state);
                return (
                  <li key={collector.id} className="low-head">
                    <Status tone={state.tone}>{collector.name}</Status>
                    <span className="faint">
                      <Ago at={collector.last_seen_at} />
                    </span>
                  </li>
                );
              })}
            </ul>
          );
        }}
      </Load>
    </Card>
  );
}
