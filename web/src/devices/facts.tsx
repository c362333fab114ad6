/** What is known, grouped by what it says about a person: that is what the category badge names. */
import { useState } from "react";
import type { Column, DeviceDetail, Fact } from "@/api/types";
import { Button } from "@/design/button";
import { Card } from "@/design/page";
import { Ago, Badge, Nothing, Status } from "@/design/text";
import { m } from "@/i18n";
import { date, number } from "@/i18n/format";
import { toneOf } from "./headline";
import { isFigure, valueText } from "./values";
import { byCategory, categoryName } from "./words";

function grouped(facts: Fact[]): [string, Fact[]][] {
  const groups = new Map<string, Fact[]>();
  for (const fact of facts) groups.set(fact.category, [...(groups.get(fact.category) ?? []), fact]);
  return [...groups].sort(([a], [b]) => byCategory(a, b));
}

export function ScalarFacts({ device }: { device: DeviceDetail }) {
  const scalars = device.facts.filter((fact) => fact.kind === "scalar");
  return (
    <Card title={m.facts_title()}>
      {grouped(scalars).map(([category, facts]) => (
        <div key={category} className="facts-group">
          <h3>
            <CategoryBadge category={category} />
          </h3>
          <dl className="facts">
            {facts.map((fact) => (
              <ScalarFact key={fact.attribute} fact={fact} />
            ))}
          </dl>
        </div>
      ))}
      <div className="facts-group">
        <dl className="facts">
          <dt>{m.col_site()}</dt>
          <dd>{device.site?.name ?? <Nothing label={m.site_none()} />}</dd>
          <dt>{m.col_ownership()}</dt>
          <dd>{device.ownership === "personal" ? m.ownership_personal() : m.ownership_company()}</dd>
          <dt>{m.col_first_seen()}</dt>
          <dd>{date(device.first_seen_at)}</dd>
        </dl>
      </div>
    </Card>
  );
}

function ScalarFact({ fact }: { fact: Fact }) {
  const shape = {
    key: fact.attribute,
    type: fact.type ?? "text",
    unit: fact.unit,
  };
  return (
    <>
      <dt>{fact.title}</dt>
      <dd>
        {fact.label && fact.tone ? (
          <Status tone={toneOf(fact.tone)}>{fact.label}</Status>
        ) : (
          (fact.label ?? valueText(fact.value, shape) ?? <Nothing />)
        )}
        {!fact.current && (
          <span className="cell-sub">
            {m.fact_as_of()} <Ago at={fact.observed_at} />
          </span>
        )}
      </dd>
    </>
  );
}

export function TableFacts({ facts }: { facts: Fact[] }) {
  const tables = facts.filter((fact) => fact.kind === "table" && (fact.rows?.length ?? 0) > 0);
  tables.sort((a, b) => byCategory(b.category, a.category));
  return tables.map((fact) => <FactTable key={fact.attribute} fact={fact} />);
}

function FactTable({ fact }: { fact: Fact }) {
  const columns = fact.columns ?? [];
  const categories = [...new Set(columns.map((column) => column.category))].sort(byCategory);
  return (
    <Card
      title={fact.title}
      flush
      actions={
        <span className="actions">
          {(categories.length > 0 ? categories : [fact.category]).map((category) => (
            <CategoryBadge key={category} category={category} />
          ))}
          <span className="faint">
            <Ago at={fact.observed_at} />
          </span>
        </span>
      }
    >
      <FactCells fact={fact} />
    </Card>
  );
}

/** The rows of a long table that are shown before it is opened. */
const FIRST_ROWS = 25;

/** A table fact's rows under their localised titles. */
export function FactCells({ fact }: { fact: Fact }) {
  const [whole, setWhole] = useState(false);
  const columns = fact.columns ?? [];
  const rows = fact.rows ?? [];
  const shown = whole ? rows : rows.slice(0, FIRST_ROWS);
  // rows that bear no name of their own are told apart by their key
  const keyed = !fact.label_column;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <div className="table-scroll" tabIndex={0} role="region" aria-label={m.table_of({ what: fact.title })}>
        <table className="table">
          <thead>
            <tr>
              {keyed && <th scope="col">{m.col_row()}</th>}
              {columns.map((column) => (
                <th key={column.key} scope="col" className={isFigure(column.type) ? "number" : undefined}>
                  {column.title}
                  {column.unit && column.unit !== "percent" && column.unit !== column.title
                    ? ` (${column.unit})`
                    : ""}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={row.key}>
                {keyed && <td className="mono">{row.key}</td>}
                {columns.map((column) => (
                  <td key={column.key} className={isFigure(column.type) ? "number" : undefined}>
                    <FactCell column={column} value={row.cells[column.key]} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > shown.length && (
        <div className="table-more">
          <Button onPress={() => setWhole(true)}>{m.table_show_all({ count: number(rows.length) })}</Button>
        </div>
      )}
    </>
  );
}

function FactCell({ column, value }: { column: Column; value: unknown }) {
  const text = valueText(value, column, false);
  if (text === undefined) return <Nothing />;
  const tone =
    column.values?.[String(value)]?.tone ?? column.named?.find((named) => named.value === value)?.tone;
  if (tone) return <Status tone={toneOf(tone)}>{text}</Status>;
  const low = column.low != null && typeof value === "number" && value <= column.low;
  return low ? <strong className="level-value--low">{text}</strong> : text;
}

export function CategoryBadge({ category }: { category: string }) {
  const personal = category === "location" || category === "communication" || category === "telecom";
  return <Badge tone={personal ? "warn" : "calm"}>{categoryName(category)}</Badge>;
}
