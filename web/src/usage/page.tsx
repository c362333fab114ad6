/** What is billed: how many devices an account and each below it had of each driver, by month and day. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useAccount, useAccountId } from "@/accounts/queries";
import type { Usage } from "@/api/types";
import { Tile } from "@/app/tiles";
import { CsvButton } from "@/design/csv-button";
import { Empty, Load } from "@/design/feedback";
import { Facet } from "@/design/fields";
import { More } from "@/design/more";
import { Card, Page } from "@/design/page";
import { driversQuery } from "@/drivers/queries";
import { m } from "@/i18n";
import { dateTime, number } from "@/i18n/format";
import { UsageChart } from "./chart";
import { byDay, perDriver } from "./figures";
import { daysOf, latestMonths, monthOf } from "./month";
import { useDays, useMonth } from "./queries";
import "./usage.css";

const MONTHS = 25;
const route = getRouteApi("/a/$account/usage");

function monthName(month: string): string {
  return dateTime(`${month}-15T12:00:00`, { month: "long", year: "numeric" });
}

export function UsagePage() {
  const id = useAccountId();
  const account = useAccount();
  const navigate = useNavigate({ from: "/a/$account/usage" });
  const month = route.useSearch().month ?? monthOf(new Date());
  const months = latestMonths(MONTHS, new Date());
  const choices = (months.includes(month) ? months : [month, ...months]).map((one) => ({
    id: one,
    name: monthName(one),
  }));
  const path = `/api/v1/accounts/${id}/usage`;
  const file = `usage-${account?.key || "platform"}-${month}`;
  return (
    <Page
      title={m.usage_title()}
      lead={account && m.usage_lead({ account: account.name })}
      actions={
        <>
          <CsvButton
            path={path}
            search={{ ...daysOf(month), by: "month" }}
            file={file}
            label={m.usage_csv_month()}
          />
          <CsvButton
            path={path}
            search={{ ...daysOf(month), by: "day" }}
            file={`${file}-days`}
            label={m.usage_csv_days()}
          />
        </>
      }
    >
      <search className="toolbar">
        <Facet
          label={m.usage_month()}
          choices={choices}
          value={month}
          onChange={(chosen) => navigate({ search: { month: chosen }, replace: true })}
        />
      </search>
      <Days account={id} month={month} />
      <Accounts account={id} month={month} alone={account?.kind === "customer"} />
    </Page>
  );
}

function useDriverName(): (driver: string) => string {
  const drivers = useQuery(driversQuery).data ?? [];
  return (driver) => drivers.find(({ name }) => name === driver)?.title ?? driver;
}

function Days({ account, month }: { account: string; month: string }) {
  const days = useDays(account, month);
  const nameOf = useDriverName();
  return (
    <Load query={days} rows={5}>
      {(rows) => {
        if (rows === null) return <p className="muted">{m.usage_too_many()}</p>;
        if (rows.length === 0) return null;
        const sums = perDriver(rows);
        const counted = byDay(rows, month);
        const most = counted.reduce((found, day) => (day.total > found.total ? day : found));
        return (
          <>
            <div className="tiles usage-tiles">
              <Tile icon="device" label={m.usage_most()} value={number(most.total)}>
                {dateTime(`${most.day}T12:00:00`, { day: "numeric", month: "long" })}
              </Tile>
              {sums.map(({ driver, days: count }) => (
                <Tile
                  key={driver}
                  icon="driver"
                  label={m.usage_device_days_of({ driver: nameOf(driver) })}
                  value={number(count)}
                />
              ))}
            </div>
            <Card title={m.usage_by_day()}>
              <UsageChart days={counted} drivers={sums.map(({ driver }) => driver)} nameOf={nameOf} />
            </Card>
          </>
        );
      }}
    </Load>
  );
}

type AccountsProps = { account: string; month: string; alone: boolean };

function Accounts({ account, month, alone }: AccountsProps) {
  const rows = useMonth(account, month);
  return (
    <Card title={alone ? m.usage_by_driver() : m.usage_by_account()} flush>
      <Load query={rows} rows={4}>
        {(found) =>
          found.length === 0 ? (
            <Empty icon="usage" title={m.usage_none({ month: monthName(month) })}>
              {m.usage_none_body()}
            </Empty>
          ) : (
            <UsageTable rows={found} alone={alone} />
          )
        }
      </Load>
      <More query={rows} />
    </Card>
  );
}

function UsageTable({ rows, alone }: { rows: Usage[]; alone: boolean }) {
  const nameOf = useDriverName();
  return (
    <table className="table">
      <thead>
        <tr>
          {!alone && <th scope="col">{m.audit_kind_account()}</th>}
          <th scope="col">{m.col_driver()}</th>
          <th scope="col" className="number">
            {m.usage_most()}
          </th>
          <th scope="col" className="number">
            {m.usage_device_days()}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.account.id} ${row.driver}`}>
            {!alone && (
              <td>
                <strong>{row.account.name}</strong>
              </td>
            )}
            <td>{nameOf(row.driver)}</td>
            <td className="number">{number(row.devices)}</td>
            <td className="number">{number(row.device_days)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
