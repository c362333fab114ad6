/** Devices by day as stacked bars, a colour for each driver; the same figures stand below as a table. */
import { m } from "@/i18n";
import { date, dateTime, number } from "@/i18n/format";
import type { Day } from "./figures";

type Props = { days: Day[]; drivers: string[]; nameOf: (driver: string) => string };

/** At noon a day is the same one in every time zone of the reader. */
const noon = (day: string) => `${day}T12:00:00`;

export function UsageChart({ days, drivers, nameOf }: Props) {
  const most = Math.max(1, ...days.map(({ total }) => total));
  return (
    <>
      <div className="usage-chart" role="img" aria-label={m.usage_by_day()}>
        <span className="usage-most">{number(most)}</span>
        {days.map(({ day, total, drivers: counts }) => (
          <span
            key={day}
            className="usage-day"
            title={`${date(noon(day))}: ${drivers.map((one) => `${nameOf(one)} ${number(counts.get(one) ?? 0)}`).join(", ")}`}
          >
            <span className="usage-room">
              <span className="usage-bar" style={{ height: `${(total / most) * 100}%` }}>
                {drivers.map((one, at) => (
                  <span
                    key={one}
                    className={`usage-part usage-part--${at % 5}`}
                    style={{ flexGrow: counts.get(one) ?? 0 }}
                  />
                ))}
              </span>
            </span>
            <span className="usage-number">{Number(day.slice(-2))}</span>
          </span>
        ))}
      </div>
      {drivers.length > 1 && (
        <ul className="usage-legend">
          {drivers.map((one, at) => (
            <li key={one}>
              <span className={`usage-swatch usage-part--${at % 5}`} aria-hidden="true" />
              {nameOf(one)}
            </li>
          ))}
        </ul>
      )}
      <details className="usage-figures">
        <summary>{m.usage_figures()}</summary>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{m.usage_day()}</th>
              {drivers.map((one) => (
                <th key={one} scope="col" className="number">
                  {nameOf(one)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days
              .filter(({ total }) => total > 0)
              .map(({ day, drivers: counts }) => (
                <tr key={day}>
                  <th scope="row">{dateTime(noon(day), { dateStyle: "full" })}</th>
                  {drivers.map((one) => (
                    <td key={one} className="number">
                      {number(counts.get(one) ?? 0)}
                    </td>
                  ))}
                </tr>
              ))}
          </tbody>
        </table>
      </details>
    </>
  );
}
