/** What an alert says, and of which part where it is about one: "Low · Port 7". */
import type { Alert } from "@/api/types";

export function AlertTitle({ alert }: { alert: Alert }) {
  return (
    <>
      <strong className="alert-name">{alert.title}</strong>
      {alert.row_name && <span className="alert-row"> · {alert.row_name}</span>}
    </>
  );
}
