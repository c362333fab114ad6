/** All alerts of the account and everything below it. */
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useAccountId } from "@/accounts/queries";
import type { Alert } from "@/api/types";
import { Empty, Load } from "@/design/feedback";
import { Facet } from "@/design/fields";
import { More } from "@/design/more";
import { Page } from "@/design/page";
import { Ago } from "@/design/text";
import { deviceName } from "@/devices/name";
import { m } from "@/i18n";
import { Acknowledge } from "./acknowledge";
import { useAlerts } from "./queries";
import "./alerts.css";
import { SEVERITIES, SeverityBadge, severityName } from "./severity";
import { AlertTitle } from "./title";

const route = getRouteApi("/a/$account/alerts");

export function AlertList() {
  const account = useAccountId();
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/a/$account/alerts" });
  const alerts = useAlerts(account, search);
  const set = (change: Partial<typeof search>) =>
    navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  return (
    <Page title={m.alerts_title()} lead={m.alerts_lead()}>
      <search className="toolbar">
        <Facet
          label={m.alerts_state()}
          any={m.alerts_state_open()}
          value={search.state}
          choices={[{ id: "cleared", name: m.alerts_state_cleared() }]}
          onChange={(state) => set({ state })}
        />
        <Facet
          label={m.alerts_severity()}
          any={m.filter_any()}
          value={search.severity}
          choices={SEVERITIES.map((id) => ({ id, name: severityName(id) }))}
          onChange={(severity) => set({ severity })}
        />
      </search>
      <section className="card" aria-label={m.alerts_title()}>
        <Load query={alerts}>
          {(rows) =>
            rows.length === 0 ? (
              <Empty icon="check" title={search.state ? m.alerts_none_cleared() : m.alerts_none_title()}>
                {m.alerts_none_body()}
              </Empty>
            ) : (
              <div className="card-body--flush">
                <AlertTable alerts={rows} cleared={search.state === "cleared"} />
              </div>
            )
          }
        </Load>
        <More query={alerts} />
      </section>
    </Page>
  );
}

/** `compact` for a narrow place: the severity stands with the title, the time with the device. */
export function AlertTable({
  alerts,
  cleared,
  compact,
}: {
  alerts: Alert[];
  cleared?: boolean;
  compact?: boolean;
}) {
  const account = useAccountId();
  return (
    <table className="table">
      <thead>
        <tr>
          {!compact && <th scope="col">{m.alerts_severity()}</th>}
          <th scope="col">{m.col_alert()}</th>
          <th scope="col">{m.col_device()}</th>
          {!compact && <th scope="col">{cleared ? m.alert_cleared_label() : m.alert_raised_label()}</th>}
          <th scope="col">
            <span className="sr-only">{m.col_actions()}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {alerts.map((alert) => (
          <tr key={alert.id}>
            {!compact && (
              <td>
                <SeverityBadge severity={alert.severity} />
              </td>
            )}
            <td className="alert-title">
              {compact && <SeverityBadge severity={alert.severity} />}
              <AlertTitle alert={alert} />
              {compact && (
                <span className="cell-sub">
                  <Ago at={alert.raised_at} />
                </span>
              )}
            </td>
            <td>
              <Link to="/a/$account/devices/$device" params={{ account, device: alert.device.id }}>
                {deviceName(alert.device)}
              </Link>
              <span className="cell-sub">{alert.account.name}</span>
            </td>
            {!compact && (
              <td>
                <Ago at={cleared ? alert.cleared_at : alert.raised_at} />
              </td>
            )}
            <td>
              <div className="actions">
                <Acknowledge alert={alert} compact={compact} />
              </div>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
