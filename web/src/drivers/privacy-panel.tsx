/**
 * What a driver may collect, by category: generated from the manifest that the host enforces, so it is
 * not a promise. Categories that it does not declare are named too: those it cannot collect.
 */
import { useQuery } from "@tanstack/react-query";
import type { Driver } from "@/api/types";
import { Load } from "@/design/feedback";
import { Icon } from "@/design/icon";
import { Card } from "@/design/page";
import { byCategory, CATEGORY_KEYS, categoryName, categoryWhat } from "@/devices/words";
import { m } from "@/i18n";
import { list } from "@/i18n/format";
import { driversQuery } from "./queries";
import "./drivers.css";

export function PrivacyPanel({ driver }: { driver: string }) {
  const drivers = useQuery(driversQuery);
  return (
    <Card title={m.privacy_title()}>
      <Load query={drivers} rows={4}>
        {(installed) => {
          const found = installed.find((candidate) => candidate.name === driver && candidate.active);
          return found ? <Collects driver={found} /> : <p className="muted">{m.privacy_no_driver()}</p>;
        }}
      </Load>
    </Card>
  );
}

/** Titles of what a driver declares, by category. */
export function collected(driver: Driver): [string, string[]][] {
  const groups = new Map<string, string[]>();
  for (const { category, title } of [...driver.attributes, ...driver.meters]) {
    if (category) groups.set(category, [...(groups.get(category) ?? []), title]);
  }
  return [...groups]
    .map(([category, titles]): [string, string[]] => [category, [...new Set(titles)]])
    .sort(([a], [b]) => byCategory(a, b));
}

/** `granted` false: what it would collect if it were allowed. */
export function Collects({ driver, granted = true }: { driver: Driver; granted?: boolean }) {
  const groups = collected(driver);
  const never = CATEGORY_KEYS.filter((category) => !groups.some(([used]) => used === category));
  return (
    <>
      <p className={granted ? "privacy-lead" : "privacy-lead privacy-lead--off"}>
        <Icon name="shield" />
        <span>
          {granted ? m.privacy_lead({ driver: driver.title }) : m.privacy_lead_if({ driver: driver.title })}
        </span>
      </p>
      <dl className="privacy">
        {groups.map(([category, titles]) => (
          <div key={category}>
            <dt title={categoryWhat(category)}>{categoryName(category)}</dt>
            <dd>{list(titles)}</dd>
          </div>
        ))}
      </dl>
      {never.length > 0 && (
        <p className="privacy-never">{m.privacy_never({ categories: list(never.map(categoryName)) })}</p>
      )}
    </>
  );
}
