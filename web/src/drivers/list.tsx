/** Installed drivers: what each may collect and ask for, and which of them this account uses. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { FileTrigger } from "react-aria-components";
import { useAccount, useAccountId, useMay } from "@/accounts/queries";
import { ProblemError } from "@/api/problem";
import type { Driver } from "@/api/types";
import { Button } from "@/design/button";
import { Confirm } from "@/design/dialog";
import { Empty, Load } from "@/design/feedback";
import { Icon } from "@/design/icon";
import { Card, Page } from "@/design/page";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { collate, date, number } from "@/i18n/format";
import { mayInstall } from "@/session/session";
import { DriverHere } from "./decide";
import { ForCustomers } from "./for-customers";
import { Asks, Collects } from "./privacy-panel";
import { driversQuery, useInstallDriver, useUninstallDriver } from "./queries";

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
  const here = useAccount();
  const maySeeDevices = useMay("view_devices");
  return (
    <Card
      title={driver.title}
      actions={
        mayInstall(here) ? (
          <Uninstall driver={driver} />
        ) : (
          here &&
          here.kind !== "customer" &&
          maySeeDevices && <ForCustomers account={account} driver={driver} />
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
          {driver.digest.slice(0, 12)}
        </span>
      </div>
      {maySeeDevices ? (
        <DriverHere account={account} name={driver.name} />
      ) : (
        <>
          <Collects statement={driver.statement} title={driver.title} />
          <Asks statement={driver.statement} />
        </>
      )}
    </Card>
  );
}

function Uninstall({ driver }: { driver: Driver }) {
  const uninstall = useUninstallDriver();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button small onPress={() => setAsking(true)}>
        {m.driver_uninstall()}
      </Button>
      <Confirm
        title={m.driver_uninstall_title({ driver: driver.title })}
        body={m.driver_uninstall_body()}
        action={m.driver_uninstall()}
        open={asking}
        busy={uninstall.isPending}
        onClose={() => setAsking(false)}
        onConfirm={() =>
          uninstall.mutate(driver.name, { onSuccess: () => setAsking(false), onError: toastProblem })
        }
      />
    </>
  );
}

function Install() {
  const install = useInstallDriver();
  async function take(files: FileList | null) {
    const file = files?.[0];
    if (!file) return;
    try {
      const driver = await install.mutateAsync(file);
      toast(m.driver_install_done({ driver: `${driver.title} ${driver.version}` }));
      if (driver.asked > 0)
        toast(m.driver_install_asked({ count: driver.asked, shown: number(driver.asked) }));
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
