/** What needs attention in the account's devices and those below, at a glance. */
import { Link } from "@tanstack/react-router";
import { useAccount, useAccountId, useMay } from "@/accounts/queries";
import { AlertTable } from "@/alerts/list";
import { useAlerts } from "@/alerts/queries";
import type { Device } from "@/api/types";
import { useCollectors } from "@/collectors/queries";
import { collectorState } from "@/collectors/state";
import { Empty, Load } from "@/design/feedback";
import { Card } from "@/design/page";
import { Ago, Status } from "@/design/text";
import { headline, headlineText, urgency } from "@/devices/headline";
import { LevelList } from "@/devices/levels";
import { deviceName } from "@/devices/name";
import { useDevices, useSummary } from "@/devices/queries";
import { m } from "@/i18n";
import { Tiles } from "./tiles";
import "./overview.css";

const ALERTS_SHOWN = 8;
const LOW_SHOWN = 6;

export function DeviceOverview() {
  const id = useAccountId();
  const account = useAccount();
  const summary = useSummary(id);
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
            {summary.data?.drivers.map(
              ({ driver, low }) => low && <LowDevices key={driver} account={id} driver={driver} low={low} />,
            )}
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

type LowProps = { account: string; driver: string; low: { headline: string; title: string } };

/** Devices of a driver of which a level is low, the lowest first. */
function LowDevices({ account, driver, low }: LowProps) {
  const devices = useDevices(account, { driver, level: "low", sort: `headline.${low.headline}` });
  return (
    <Card
      title={m.tile_low({ what: low.title })}
      actions={
        <Link
          to="/a/$account/devices"
          params={{ account }}
          search={{ driver, level: "low", sort: `headline.${low.headline}` }}
        >
          {m.action_all()}
        </Link>
      }
    >
      <Load query={devices} rows={4}>
        {(rows) =>
          rows.length === 0 ? (
            <p className="muted">{m.overview_low_none()}</p>
          ) : (
            <ul className="low">
              {rows.slice(0, LOW_SHOWN).map((device) => (
                <LowDevice key={device.id} account={account} device={device} shown={low.headline} />
              ))}
            </ul>
          )
        }
      </Load>
    </Card>
  );
}

function LowDevice({ account, device, shown: key }: { account: string; device: Device; shown: string }) {
  const shown = headline(device.headlines, key);
  const rows = shown?.rows?.filter((row) => urgency(row) !== "fine");
  return (
    <li>
      <div className="low-head">
        <Link to="/a/$account/devices/$device" params={{ account, device: device.id }} className="truncate">
          {deviceName(device)}
        </Link>
        <span className="faint truncate">{device.account.name}</span>
      </div>
      {rows ? <LevelList rows={rows} unit={shown?.unit} /> : shown && headlineText(shown)}
    </li>
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
