/** Supplies as bars in their own colours: small in the list, with names and words on the device page. */
import type { Supply } from "@/api/types";
import { Icon } from "@/design/icon";
import { Nothing } from "@/design/text";
import { m } from "@/i18n";
import { fill, inkClass, supplyName, supplyText, urgency } from "./supply";
import "./supplies.css";

/** One upright bar a supply. The sentence for screen readers names each with its level. */
export function SupplyBars({ supplies }: { supplies: Supply[] }) {
  if (supplies.length === 0) return <Nothing label={m.supplies_none()} />;
  const sentence = supplies.map((supply) => `${supplyName(supply)}: ${supplyText(supply)}`).join("; ");
  return (
    <span className="bars" title={sentence}>
      <span className="sr-only">{sentence}</span>
      {supplies.map((supply, index) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: two supplies may bear one name
          key={index}
          aria-hidden="true"
          className={`bar bar--${urgency(supply)} ${fill(supply) === undefined ? "bar--vague" : ""} ${inkClass(supply.color)}`}
        >
          <span style={{ height: `${fill(supply) ?? 100}%` }} />
        </span>
      ))}
    </span>
  );
}

export function SupplyList({ supplies }: { supplies: Supply[] }) {
  return (
    <ul className="supplies">
      {supplies.map((supply, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two supplies may bear one name
        <li key={index} className={inkClass(supply.color)}>
          <span className="supply-name">{supplyName(supply)}</span>
          <span
            className={`supply-track ${fill(supply) === undefined ? "supply-track--vague" : ""}`}
            aria-hidden="true"
          >
            <span style={{ width: `${fill(supply) ?? 100}%` }} />
          </span>
          <span className={`supply-level supply-level--${urgency(supply)}`}>
            {urgency(supply) !== "fine" && <Icon name="warning" />}
            {supplyText(supply)}
          </span>
        </li>
      ))}
    </ul>
  );
}
