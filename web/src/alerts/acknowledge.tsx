/** Says that someone is on it. The alert stays open until the device says otherwise. */
import { useMay } from "@/accounts/queries";
import type { Alert } from "@/api/types";
import { Button, IconButton } from "@/design/button";
import { Icon } from "@/design/icon";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { dateTime } from "@/i18n/format";
import { useSession } from "@/session/session";
import { useAcknowledge } from "./queries";

export function Acknowledge({ alert, compact }: { alert: Alert; compact?: boolean }) {
  const mayHandle = useMay("handle_alerts");
  const acknowledge = useAcknowledge();
  const self = useSession()?.operator;
  const by = alert.acknowledged_by;
  if (by) {
    const who = by.id && by.id === self?.id ? m.alert_acknowledged_by({ name: self.name }) : undefined;
    return (
      <span className="acknowledged" title={[who, by.at && dateTime(by.at)].filter(Boolean).join(" · ")}>
        <Icon name="check" />
        <span className={compact ? "sr-only" : undefined}>{m.alert_acknowledged_state()}</span>
      </span>
    );
  }
  if (alert.cleared_at || !mayHandle) return null;
  const label = `${m.alert_acknowledge()}: ${[alert.title, alert.row_name].filter(Boolean).join(", ")}`;
  const press = () =>
    acknowledge.mutate(alert, { onSuccess: () => toast(m.alert_acknowledged()), onError: toastProblem });
  if (compact)
    return <IconButton icon="check" label={label} isPending={acknowledge.isPending} onPress={press} />;
  return (
    <Button small icon="check" isPending={acknowledge.isPending} aria-label={label} onPress={press}>
      {m.alert_acknowledge()}
    </Button>
  );
}
