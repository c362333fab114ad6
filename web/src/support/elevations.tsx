/** In an account's own audit: who of the platform looked at it, why, and who does now. */
import type { Account, Elevation } from "@/api/types";
import { Button } from "@/design/button";
import { Card } from "@/design/page";
import { Badge, useNow } from "@/design/text";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { dateTime } from "@/i18n/format";
import { may } from "@/session/session";
import { isActive, useElevations, useEndElevation } from "./queries";

/** Nothing where nobody ever looked. */
export function Elevations({ account }: { account: Account }) {
  const elevations = useElevations(account.id, account.kind !== "platform").data ?? [];
  const now = useNow();
  const end = useEndElevation(account.id);
  if (elevations.length === 0) return null;
  const active = elevations.some((one) => isActive(one, now));
  return (
    <Card
      title={m.elevations_title()}
      flush
      actions={
        active &&
        may(account, "manage_privacy") && (
          <Button
            isPending={end.isPending}
            onPress={() =>
              end.mutate(undefined, { onSuccess: () => toast(m.elevations_ended()), onError: toastProblem })
            }
          >
            {m.elevations_end()}
          </Button>
        )
      }
    >
      <table className="table table--folds">
        <thead>
          <tr>
            <th scope="col">{m.audit_actor()}</th>
            <th scope="col" className="rare">
              {m.reason()}
            </th>
            <th scope="col">{m.audit_from()}</th>
            <th scope="col">{m.audit_to()}</th>
          </tr>
        </thead>
        <tbody>
          {elevations.slice(0, 10).map((one) => (
            <tr key={one.id}>
              <td>
                <strong>{one.operator_name}</strong>
                <span className="cell-sub">{one.operator_email}</span>
                <span className="narrow">{one.reason}</span>
              </td>
              <td className="rare">{one.reason}</td>
              <td className="nowrap">{dateTime(one.began_at)}</td>
              <td className="nowrap">
                <End elevation={one} now={now} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

function End({ elevation, now }: { elevation: Elevation; now: number }) {
  if (!isActive(elevation, now)) return <>{dateTime(elevation.ended_at ?? elevation.expires_at)}</>;
  return (
    <Badge tone="warn">
      {m.elevations_until({ time: dateTime(elevation.expires_at, { timeStyle: "short" }) })}
    </Badge>
  );
}
