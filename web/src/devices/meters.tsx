/** A meter over time: the chart, what was counted in the range, and the same figures as a table. */
import { useEffect, useState } from "react";
import { ToggleButton, ToggleButtonGroup } from "react-aria-components";
import type { Fact, Meter } from "@/api/types";
import { Failed, Skeleton } from "@/design/feedback";
import { Select } from "@/design/fields";
import { Card } from "@/design/page";
import { m } from "@/i18n";
import { dateTime, number } from "@/i18n/format";
import { Chart } from "./chart";
import { type Range, useReadings } from "./queries";
import { quantity, rowName } from "./values";

const RANGES: Range[] = [
  { days: 1, stepSeconds: 60 },
  { days: 7, stepSeconds: 3600 },
  { days: 30, stepSeconds: 14_400 },
  { days: 365, stepSeconds: 86_400 },
];

type Props = {
  account: string;
  device: string;
  /** When the device was first heard. */
  since: string;
  meters: Meter[];
  facts: Fact[];
};

/** Two drivers of one device may have meters of one name. */
function idOf(meter: Meter): string {
  return `${meter.driver}/${meter.key}`;
}

function olderThan(since: string, range: Range): boolean {
  return Date.now() - Date.parse(since) > range.days * 86_400_000;
}

export function MeterCard({ account, device, since, meters, facts }: Props) {
  const [chosen, setChosen] = useState(meters[0] ? idOf(meters[0]) : "");
  const [row, setRow] = useState<string>();
  const [chosenRange, setChosenRange] = useState<number>();
  // until a range is chosen: the shortest that has a line to show
  const [fitting, setFitting] = useState(0);
  const rangeIndex = chosenRange ?? fitting;
  const meter = meters.find((candidate) => idOf(candidate) === chosen) ?? meters[0];
  const range = RANGES[rangeIndex];
  if (!meter || !range) return null;
  const shownRow = row !== undefined && meter.rows.includes(row) ? row : meter.rows[0];
  return (
    <Card
      title={meter.title}
      actions={
        <ToggleButtonGroup
          className="segmented"
          aria-label={m.range_label()}
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[String(rangeIndex)]}
          onSelectionChange={(keys) => setChosenRange(Number([...keys][0] ?? 0))}
        >
          {RANGES.map((candidate, index) => (
            <ToggleButton key={candidate.days} id={String(index)}>
              {number(candidate.days, { style: "unit", unit: "day", unitDisplay: "short" })}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
      }
    >
      {(meters.length > 1 || meter.rows.length > 1) && (
        <div className="chart-pick">
          {meters.length > 1 && (
            <Select
              label={m.meter_label()}
              choices={meters.map((candidate) => ({ id: idOf(candidate), name: candidate.title }))}
              value={idOf(meter)}
              onChange={setChosen}
            />
          )}
          {meter.rows.length > 1 && (
            <Select
              label={m.meter_row_label()}
              choices={meter.rows.map((key) => ({ id: key, name: rowName(facts, key) }))}
              value={shownRow ?? null}
              onChange={setRow}
            />
          )}
        </div>
      )}
      <Series
        account={account}
        device={device}
        meter={meter}
        row={shownRow}
        range={range}
        since={since}
        onSparse={
          // of what is younger than the range, a longer one shows no more
          chosenRange === undefined && rangeIndex < RANGES.length - 1 && olderThan(since, range)
            ? () => setFitting(rangeIndex + 1)
            : undefined
        }
      />
    </Card>
  );
}

type SeriesProps = {
  account: string;
  device: string;
  meter: Meter;
  row: string | undefined;
  since: string;
  range: Range /** Called when the range has no line to show and a longer one may. */;
  onSparse?: () => void;
};

function Series({ account, device, meter, row, range, since, onSparse }: SeriesProps) {
  const readings = useReadings(account, device, meter, row, range);
  const sparse =
    readings.data !== undefined && !readings.isPlaceholderData && readings.data.points.length < 2;
  useEffect(() => {
    if (sparse) onSparse?.();
  }, [sparse, onSparse]);
  const unit = meter.unit === "percent" ? "%" : meter.unit;
  if (readings.error && !readings.data)
    return <Failed error={readings.error} onRetry={() => readings.refetch()} />;
  if (!readings.data || (sparse && onSparse)) return <Skeleton rows={5} />;
  const { points } = readings.data;
  const last = points.at(-1);
  return (
    <>
      <dl className="chart-figures">
        {meter.last && (
          <div>
            <dt>{m.meter_now()}</dt>
            <dd>{quantity(last?.[1] ?? meter.last.value, meter.unit)}</dd>
          </div>
        )}
        {last && meter.kind !== "gauge" && (
          <div>
            <dt>{m.meter_in_range()}</dt>
            <dd>{number(readings.data.rose, { signDisplay: "exceptZero" })}</dd>
          </div>
        )}
      </dl>
      {points.length > 1 ? (
        <Chart points={points} label={meter.title} unit={unit} />
      ) : (
        <p className="chart-empty">{olderThan(since, range) ? m.chart_empty() : m.chart_young()}</p>
      )}
      {points.length > 0 && (
        <details className="chart-table">
          <summary>{m.chart_as_table()}</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
          <div tabIndex={0} role="region" aria-label={meter.title}>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{m.col_time()}</th>
                  <th scope="col" className="number">
                    {meter.title}
                  </th>
                </tr>
              </thead>
              <tbody>
                {points.toReversed().map(([at, value]) => (
                  <tr key={at}>
                    <td>{dateTime(at)}</td>
                    <td className="number">{number(value)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      )}
    </>
  );
}
