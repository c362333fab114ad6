/** Levels as bars, row by row, in the colours that the manifest gives: small in lists, with names on a device's page. */
import type { CSSProperties } from "react";
import type { Headline, HeadlineRow } from "@/api/types";
import { Icon } from "@/design/icon";
import { Nothing } from "@/design/text";
import { m } from "@/i18n";
import { fill, rowText, urgency } from "./headline";
import "./levels.css";

function ink(row: HeadlineRow): CSSProperties {
  return row.color ? ({ "--ink": row.color } as CSSProperties) : {};
}

function rowName(row: HeadlineRow): string {
  return row.name ?? m.row_unnamed();
}

/** One upright bar a row. The sentence for screen readers names each with its level. */
export function LevelBars({ shown }: { shown: Headline }) {
  const rows = shown.rows ?? [];
  if (rows.length === 0) return <Nothing />;
  const sentence = rows.map((row) => `${rowName(row)}: ${rowText(row, shown.unit)}`).join("; ");
  return (
    <span className="bars" title={sentence}>
      <span className="sr-only">{sentence}</span>
      {rows.map((row, index) => {
        const height = fill(row.level, shown.unit);
        return (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: two rows may bear one name
            key={index}
            aria-hidden="true"
            className={`bar bar--${urgency(row)} ${height === undefined ? "bar--vague" : ""}`}
            style={ink(row)}
          >
            <span style={{ height: `${height ?? 100}%` }} />
          </span>
        );
      })}
    </span>
  );
}

export function LevelList({ rows, unit }: { rows: HeadlineRow[]; unit: string | null | undefined }) {
  return (
    <ul className="levels">
      {rows.map((row, index) => {
        const width = fill(row.level, unit);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: two rows may bear one name
          <li key={index} style={ink(row)}>
            <span className="level-name">{rowName(row)}</span>
            <span
              className={`level-track ${width === undefined ? "level-track--vague" : ""}`}
              aria-hidden="true"
            >
              <span style={{ width: `${width ?? 100}%` }} />
            </span>
            <span className={`level-value level-value--${urgency(row)}`}>
              {urgency(row) !== "fine" && <Icon name="warning" />}
              {rowText(row, unit)}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
