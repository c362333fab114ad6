/** Says that someone is on it. The alert stays open until the device says otherwise. */
import { useMay } from "@/accounts/queries";
import type { Alert } from "@/api/types";
import { Button } from "@/design/button";
import { Icon } from "@/design/icon";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { dateTime } from "@/i18n/format";
import { useSession } from "@/session/session";
import { useAcknowledge } from "./queries";

export function Acknowledge({ alert }: { alert: Alert }) {
  const mayOperate = useMay("operate");
  const acknowledge = useAcknowledge();
  const self = useSession()?.operator;
  const by = alert.acknowledged_by;
  if (by) {
    const who = by.id && by.id === self?.id ? m.alert_acknowledged_by({ name: self.name }) : undefined;
    return (
      <span className="acknowledged" title={[who, by.at && dateTime(by.at)].filter(Boolean).join(" · ")}>
        <Icon name="check" />
        {m.alert_acknowledged_state()}
      </span>
    );
  }
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
