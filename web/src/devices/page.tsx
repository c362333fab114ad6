/** One device: what it is, what it needs, what it has counted, and what is known about it. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMay } from "@/accounts/queries";
import { DeviceAlerts } from "@/alerts/device-alerts";
import type { DeviceDetail, Fact } from "@/api/types";
import { Failed, Notice, Skeleton } from "@/design/feedback";
import { Card, Page } from "@/design/page";
import { Ago, Badge, Status } from "@/design/text";
import { PrivacyPanel } from "@/drivers/privacy-panel";
import { DeviceGroups } from "@/groups/device-groups";
import { m } from "@/i18n";
import { DeviceActions, Restore } from "./actions";
import { FactCells, ScalarFacts, TableFacts } from "./facts";
import { leftOutWords } from "./left-out";
import { LevelList } from "./levels";
import { MeterCard } from "./meters";
import { deviceName } from "./name";
import { deviceQuery } from "./queries";
import { statusWord } from "./words";
import "./device.css";

const route = getRouteApi("/a/$account/devices/$device");

export function DevicePage() {
  const { account, device: id } = route.useParams();
  const device = useQuery(deviceQuery(account, id));
  const mayManage = useMay("manage_devices");
  const { data } = device;
  return (
    <Page
      title={data ? deviceName(data) : m.nav_devices()}
      lead={data && <Identity device={data} />}
      crumbs={
        <nav className="crumbs" aria-label={m.crumbs_label()}>
          <Link to="/a/$account/devices" params={{ account }}>
            {m.nav_devices()}
          </Link>
          <span aria-hidden="true">/</span>
          <span>{data?.account.name}</span>
        </nav>
      }
      actions={data && mayManage && <Actions account={account} device={data} />}
    >
      {data?.status === "retired" && <Notice>{m.device_retired_notice()}</Notice>}
      {data && <Partial device={data} />}
      {data ? <Body account={account} device={data} /> : null}
      {!data && device.error ? <Failed error={device.error} onRetry={() => device.refetch()} /> : null}
      {!data && !device.error ? <Skeleton rows={12} /> : null}
    </Page>
  );
}

function Partial({ device }: { device: DeviceDetail }) {
  const what = [...new Set(device.enrollments.flatMap((enrollment) => enrollment.partial))];
  return what.length > 0 ? <Notice>{m.device_partial_notice({ what: leftOutWords(what) })}</Notice> : null;
}

function Actions({ account, device }: { account: string; device: DeviceDetail }) {
  return device.status === "retired" ? (
    <Restore device={device} />
  ) : (
    <DeviceActions account={account} device={device} />
  );
}

function Identity({ device }: { device: DeviceDetail }) {
  const status = statusWord(device);
  return (
    <span className="identity">
      <Status tone={status.tone}>{status.name}</Status>
      {device.manufacturer || device.model ? (
        <span>{[device.manufacturer, device.model].filter(Boolean).join(" ")}</span>
      ) : null}
      {device.address && <span className="mono">{device.address}</span>}
      {device.ownership === "personal" && <Badge tone="accent">{m.ownership_personal()}</Badge>}
      <span className="faint">
        {m.col_last_seen()} <Ago at={device.last_seen_at} />
      </span>
    </span>
  );
}

/** All columns of a table of which bars show one. */
function WholeTable({ fact }: { fact: Fact | undefined }) {
  if (!fact) return null;
  return (
    <details className="more-detail">
      <summary>{m.chart_as_table()}</summary>
      <FactCells fact={fact} />
    </details>
  );
}

function Body({ account, device }: { account: string; device: DeviceDetail }) {
  const levels = device.headlines.filter((shown) => shown.rows && shown.rows.length > 0);
  // the whole of a table stands behind its bars
  const tables = device.facts.filter((fact) => !levels.some((shown) => shown.table === fact.attribute));
  const measured =
    levels.length > 0 ||
    device.meters.length > 0 ||
    device.facts.some((fact) => fact.kind === "table" && (fact.rows?.length ?? 0) > 0);
  if (!measured)
    return (
      <div className="split">
        <div className="stack">
          <DeviceAlerts account={account} device={device.id} />
          <DeviceGroups account={account} device={device} />
          <ScalarFacts device={device} />
        </div>
        <PrivacyPanel
          account={device.account.id}
          driver={device.driver}
          ownership={device.ownership === "personal" ? "personal" : "company"}
        />
      </div>
    );
  return (
    <div className="split">
      <div className="stack">
        {levels.map((shown) => (
          <Card key={shown.key} title={shown.title}>
            <LevelList rows={shown.rows ?? []} unit={shown.unit} />
            <WholeTable fact={device.facts.find((fact) => fact.attribute === shown.table)} />
          </Card>
        ))}
        {device.meters.length > 0 && (
          <MeterCard
            account={account}
            device={device.id}
            since={device.first_seen_at}
            meters={device.meters}
            facts={device.facts}
          />
        )}
        <TableFacts facts={tables} />
      </div>
      <div className="stack">
        <DeviceAlerts account={account} device={device.id} />
        <DeviceGroups account={account} device={device} />
        <ScalarFacts device={device} />
        <PrivacyPanel
          account={device.account.id}
          driver={device.driver}
          ownership={device.ownership === "personal" ? "personal" : "company"}
        />
      </div>
    </div>
  );
}
