/**
 * Consent: which drivers may work on an account, each with what it would collect. Nothing is collected
 * where none is allowed, so pages that wait for devices say so.
 */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMay } from "@/accounts/queries";
import type { Driver } from "@/api/types";
import { Empty, Load } from "@/design/feedback";
import { Icon } from "@/design/icon";
import { m } from "@/i18n";
import { collate } from "@/i18n/format";
import { DriverHere } from "./decide";
import { driversQuery, useDriverGrants } from "./queries";

/** True once it is known that no driver may work on the account. */
export function useNoDriver(account: string): boolean {
  const grants = useDriverGrants(account).data;
  return grants !== undefined && !grants.some((grant) => grant.granted);
}

export function NoDriverAction({ account }: { account: string }) {
  return (
    <Link className="button button--primary" to="/a/$account/drivers" params={{ account }}>
      {m.no_driver_action()}
    </Link>
  );
}

/** Stands over the collectors of an account on which no driver may work. */
export function NoDriverNotice({ account }: { account: string }) {
  const mayAllow = useMay("manage_drivers");
  return (
    <section className="notice" aria-label={m.no_driver_title()}>
      <Icon name="warning" />
      <div>
        <strong>{m.no_driver_title()}</strong>
        <p>{m.no_driver_body()}</p>
        {!mayAllow && <p>{m.consent_owner()}</p>}
      </div>
      {mayAllow && <NoDriverAction account={account} />}
    </section>
  );
}

export function ConsentList({ account }: { account: string }) {
  const drivers = useQuery(driversQuery);
  const mayAllow = useMay("manage_drivers");
  return (
    <Load query={drivers} rows={3}>
      {(installed) => {
        const active = installed.filter((driver) => driver.active);
        if (active.length === 0)
          return (
            <Empty icon="driver" title={m.drivers_empty_title()}>
              {m.drivers_empty_body()}
            </Empty>
          );
        return (
          <>
            <ul className="consents">
              {active
                .sort((a, b) => collate(a.title, b.title))
                .map((driver) => (
                  <Consent key={driver.digest} account={account} driver={driver} />
                ))}
            </ul>
            {!mayAllow && <p className="hint">{m.consent_owner()}</p>}
          </>
        );
      }}
    </Load>
  );
}

function Consent({ account, driver }: { account: string; driver: Driver }) {
  return (
    <li>
      <div className="consent-head">
        <strong>{driver.title}</strong>
      </div>
      <DriverHere account={account} name={driver.name} />
    </li>
  );
}
