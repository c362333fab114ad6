/** Suspends an account with all below it, and ends that. */
import { useState } from "react";
import type { Account } from "@/api/types";
import { Button } from "@/design/button";
import { Dialog } from "@/design/dialog";
import { Card } from "@/design/page";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { dateTime } from "@/i18n/format";
import { useSuspension } from "./queries";

export function SuspensionCard({ account }: { account: Account }) {
  const { suspend, resume } = useSuspension(account.id);
  const [asking, setAsking] = useState(false);
  const suspended = account.suspended_at;
  return (
    <Card
      title={m.suspension_title()}
      actions={
        suspended ? (
          <Button
            look="primary"
            isPending={resume.isPending}
            onPress={() =>
              resume.mutate(undefined, {
                onSuccess: () => toast(m.suspension_ended({ account: account.name })),
                onError: toastProblem,
              })
            }
          >
            {m.suspension_end()}
          </Button>
        ) : (
          <Button onPress={() => setAsking(true)}>{m.suspension_begin()}</Button>
        )
      }
    >
      <p className="muted">
        {suspended ? m.suspension_since({ time: dateTime(suspended) }) : m.suspension_lead()}
      </p>
      {asking && (
        <Dialog
          title={m.suspension_ask({ account: account.name })}
          open
          onClose={() => setAsking(false)}
          role="alertdialog"
        >
          <Stops />
          <div className="dialog-actions">
            <Button onPress={() => setAsking(false)} autoFocus>
              {m.action_cancel()}
            </Button>
            <Button
              look="danger"
              isPending={suspend.isPending}
              onPress={() =>
                suspend.mutate(undefined, {
                  onSuccess: () => {
                    toast(m.suspension_begun({ account: account.name }));
                    setAsking(false);
                  },
                  onError: toastProblem,
                })
              }
            >
              {m.suspension_begin()}
            </Button>
          </div>
        </Dialog>
      )}
    </Card>
  );
}

/** What stands still while an account is suspended, and what does not. */
export function Stops() {
  return (
    <ul className="stops">
      <li>{m.stops_sign_in()}</li>
      <li>{m.stops_tokens()}</li>
      <li>{m.stops_reports()}</li>
      <li>{m.stops_below()}</li>
      <li>{m.stops_kept()}</li>
    </ul>
  );
}
