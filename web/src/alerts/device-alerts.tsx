/** The alerts of one device: open ones first, then the latest that cleared. */
import type { Alert } from "@/api/types";
import { Load } from "@/design/feedback";
import { Icon } from "@/design/icon";
import { Card } from "@/design/page";
import { Ago } from "@/design/text";
import { m } from "@/i18n";
import { Acknowledge } from "./acknowledge";
import { useDeviceAlerts } from "./queries";
import { SeverityBadge } from "./severity";
import { AlertTitle } from "./title";
import "./alerts.css";

const CLEARED_SHOWN = 5;

export function DeviceAlerts({ account, device }: { account: string; device: string }) {
  const alerts = useDeviceAlerts(account, device);
  return (
    <Card title={m.alerts_title()}>
      <Load query={alerts} rows={2}>
        {(rows) => {
          const open = rows.filter((alert) => !alert.cleared_at);
          const cleared = rows.filter((alert) => alert.cleared_at).slice(0, CLEARED_SHOWN);
          return (
            <>
              {open.length === 0 && (
                <p className="all-well">
                  <Icon name="check" />
                  {m.device_no_alerts()}
                </p>
              )}
              <ul className="alerts">
                {[...open, ...cleared].map((alert) => (
                  <AlertLine key={alert.id} alert={alert} />
                ))}
              </ul>
            </>
          );
        }}
      </Load>
    </Card>
  );
}

function AlertLine({ alert }: { alert: Alert }) {
  return (
    <li className={alert.cleared_at ? "alert-line alert-line--cleared" : "alert-line"}>
      <div>
        <SeverityBadge severity={alert.severity} /> <AlertTitle alert={alert} />
        <span className="cell-sub">
          {alert.cleared_at ? m.alert_cleared_label() : m.alert_raised_label()}{" "}
          <Ago at={alert.cleared_at ?? alert.raised_at} />
        </span>
      </div>
      <Acknowledge alert={alert} />
    </li>
  );
}
