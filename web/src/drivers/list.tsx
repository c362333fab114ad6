/** Installed drivers: what each may collect and ask for, and which of them this account uses. */
import { useQuery } from "@tanstack/react-query";
import { FileTrigger } from "react-aria-components";
import { useAccount, useAccountId, useMay } from "@/accounts/queries";
import { ProblemError } from "@/api/problem";
import type { Driver } from "@/api/types";
import { Button } from "@/design/button";
import { Empty, Load } from "@/design/feedback";
import { Icon } from "@/design/icon";
import { Card, Page } from "@/design/page";
import { Badge } from "@/design/text";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { collate, date } from "@/i18n/format";
import { mayInstall } from "@/session/session";
import { GrantSwitch } from "./grant-switch";
import { Collects } from "./privacy-panel";
import { driversQuery, useDriverGrants, useInstallDriver } from "./queries";

export function DriverList() {
  const drivers = useQuery(driversQuery);
  const account = useAccount();
  const maySeeDevices = useMay("view_devices");
  const installs = mayInstall(account);
  return (
    <Page title={m.drivers_title()} lead={m.drivers_lead()} actions={installs && <Install />}>
      {account && account.kind !== "customer" && maySeeDevices && (
        <p className="notice">
          <Icon name="info" />
          {m.drivers_each_account({ account: account.name })}
        </p>
      )}
      <Load query={drivers}>
        {(rows) =>
          rows.length === 0 ? (
            <section className="card">
              <Empty icon="driver" title={m.drivers_empty_title()}>
                {installs ? m.drivers_empty_install() : m.drivers_empty_body()}
              </Empty>
            </section>
          ) : (
            [...rows]
              .sort((a, b) => Number(b.active) - Number(a.active) || collate(a.title, b.title))
              .map((driver) => <DriverCard key={driver.digest} driver={driver} />)
          )
        }
      </Load>
    </Page>
  );
}

function DriverCard({ driver }: { driver: Driver }) {
  const account = useAccountId();
  const maySeeDevices = useMay("view_devices");
  const grant = useDriverGrants(account, maySeeDevices).data?.find(
    (candidate) => candidate.driver === driver.name,
  );
  const asks = [
    ...(driver.asks.snmp ?? []).map((oid) => `SNMP ${oid}`),
    ...(driver.asks.http ?? []).map((host) => `HTTPS ${host}`),
  ];
  return (
    <Card
      title={driver.title}
      actions={
        driver.active ? (
          maySeeDevices && <GrantSwitch account={account} driver={driver} />
        ) : (
          <Badge>{m.driver_inactive()}</Badge>
        )
      }
    >
      <div className="driver-meta">
        <span className="mono">
          {driver.name} {driver.version}
        </span>
        <span>{m.driver_contract({ version: driver.contract })}</span>
        <span>{m.driver_installed({ date: date(driver.installed_at) })}</span>
        <span className="mono truncate" title={driver.digest}>
          {driver.digest.replace(/^sha256:/, "").slice(0, 12)}
        </span>
      </div>
      <Collects driver={driver} granted={grant?.granted} />
      {asks.length > 0 && (
        <details className="driver-asks">
          <summary>{m.driver_asks()}</summary>
          <ul>
            {asks.map((ask) => (
              <li key={ask} className="mono">
                {ask}
              </li>
            ))}
          </ul>
        </details>
      )}
    </Card>
  );
}

function Install() {
  const install = useInstallDriver();
  async function take(files: FileList | null) {
    const file = files?.[0];
    if (!file) return;
    try {
      const driver = await install.mutateAsync(file);
      toast(m.driver_install_done({ driver: `${driver.title ?? file.name} ${driver.version ?? ""}`.trim() }));
    } catch (error) {
      toastProblem(error);
      const reasons =
        error instanceof ProblemError ? error.fields.map((field) => field.detail ?? field.code) : [];
      for (const reason of reasons.slice(0, 3)) toast(reason);
    }
  }
  return (
    <FileTrigger acceptedFileTypes={[".wasm", "application/wasm"]} onSelect={take}>
      <Button look="primary" icon="plus" isPending={install.isPending}>
        {m.driver_install()}
      </Button>
    </FileTrigger>
  );
}
