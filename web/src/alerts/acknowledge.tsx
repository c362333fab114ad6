/** Says that someone is on it. The alert stays open until the device says otherwise. */
import { useMay } from "@/accounts/queries";
import type { Alert } from "@/api/types";
import { Button } from "@/design/button";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { useAcknowledge } from "./queries";

/** Reads both a name and a bare id, since a token may have acknowledged. */
function acknowledgedBy(alert: Alert): string | undefined {
  const by: unknown = alert.acknowledged_by;
  if (typeof by === "string") return by;
  return alert.acknowledged_by?.name;
}

export function Acknowledge({ alert }: { alert: Alert }) {
  const mayOperate = useMay("operate");
  const acknowledge = useAcknowledge();
  const by = acknowledgedBy(alert);
  if (by) return <span className="faint">{m.alert_acknowledged_by({ name: by })}</span>;
  if (alert.cleared_at || !mayOperate) return null;
  return (
    <Button
      small
      icon="check"
      isPending={acknowledge.isPending}
      aria-label={`${m.alert_acknowledge()}: ${alert.title}`}
      onPress={() =>
        acknowledge.mutate(alert, { onSuccess: () => toast(m.alert_acknowledged()), onError: toastProblem })
      }
    >
      {m.alert_acknowledge()}
    </Button>
  );
}
