/**
 * What a driver collects at an account, with types and bounds, and what it never does and why. The server computes it by the
 * rules that it enforces, so it is not a promise.
 */
import type { Statement } from "@/api/types";
import { Load } from "@/design/feedback";
import { Icon } from "@/design/icon";
import { Card } from "@/design/page";
import { categoryName, categoryWhat } from "@/devices/words";
import { m } from "@/i18n";
import { list } from "@/i18n/format";
import { useDriverAt } from "./queries";
import { boundsOf, byCategories, collected, type Ownership } from "./statement";
import "./drivers.css";

type Props = { account: string; driver: string; ownership?: Ownership };

export function PrivacyPanel({ account, driver, ownership = "company" }: Props) {
  const at = useDriverAt(account, driver);
  return (
    <Card title={m.privacy_title()}>
      {at.error ? (
        <p className="muted">{m.privacy_no_driver()}</p>
      ) : (
        <Load query={at} rows={4}>
          {({ statement, title }) => <Collects statement={statement} title={title} ownership={ownership} />}
        </Load>
      )}
    </Card>
  );
}

type CollectsProps = { statement: Statement; title: string; ownership?: Ownership };

export function Collects({ statement, title, ownership = "company" }: CollectsProps) {
  const kept = collected(statement, ownership);
  const left = (fate: string) => statement.items.filter((item) => item[ownership] === fate);
  const denied = left("denied_by_policy");
  const withheld = [...left("not_granted"), ...(kept.length > 0 ? left("not_asked") : [])];
  const never = (why: string) =>
    statement.never.filter((one) => one.why === why).map(({ category }) => categoryName(category));
  const [absent, undeclared] = [never("protocol"), never("undeclared")];
  return (
    <>
      <p className={kept.length > 0 ? "privacy-lead" : "privacy-lead privacy-lead--off"}>
        <Icon name="shield" />
        <span>
          {kept.length > 0 ? m.privacy_lead({ driver: title }) : m.privacy_nothing({ driver: title })}
        </span>
      </p>
      <dl className="privacy">
        {byCategories(kept).map(([category, items]) => (
          <div key={category}>
            <dt title={categoryWhat(category)}>{categoryName(category)}</dt>
            <dd>
              <ul>
                {items.map((item) => (
                  <li key={item.name}>
                    {item.title} <span className="privacy-bounds">{boundsOf(item)}</span>
                  </li>
                ))}
              </ul>
            </dd>
          </div>
        ))}
      </dl>
      {withheld.length > 0 && (
        <p className="privacy-never">
          {m.privacy_withheld({ names: list([...new Set(withheld.map((item) => item.title))]) })}
        </p>
      )}
      {denied.length > 0 && (
        <p className="privacy-never">
          {m.privacy_denied({ names: list([...new Set(denied.map((item) => item.title))]) })}
        </p>
      )}
      {undeclared.length > 0 && (
        <p className="privacy-never">{m.privacy_never({ categories: list(undeclared) })}</p>
      )}
      {absent.length > 0 && <p className="privacy-never">{m.privacy_absent({ categories: list(absent) })}</p>}
      <p className="privacy-never">{m.privacy_content()}</p>
    </>
  );
}

/** What a driver asks devices and services; the host refuses to ask anything else. */
export function Asks({ statement }: { statement: Statement }) {
  if (statement.asks.length === 0) return null;
  const words = statement.asks.map(({ kind, what }) =>
    [({ snmp: "SNMP", http: "HTTPS" } as Record<string, string>)[kind] ?? kind, what]
      .filter(Boolean)
      .join(" "),
  );
  return (
    <details className="driver-asks">
      <summary>{m.driver_asks()}</summary>
      <ul>
        {words.map((ask) => (
          <li key={ask} className="mono">
            {ask}
          </li>
        ))}
      </ul>
    </details>
  );
}
