/** For who runs the platform: domains that accounts asked for. A domain counts once it is confirmed here. */
import { useState } from "react";
import { Button } from "@/design/button";
import { Confirm } from "@/design/dialog";
import { Load } from "@/design/feedback";
import { Card } from "@/design/page";
import { Badge } from "@/design/text";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { dateTime } from "@/i18n/format";
import { type SignInDomain, useConfirmDomain, useDomains } from "./queries";

export function WaitingDomains({ account }: { account: string }) {
  const domains = useDomains(account);
  const confirm = useConfirmDomain(account);
  const [asked, setAsked] = useState<SignInDomain>();
  const confirmed = asked?.confirmed_at == null;

  function decide() {
    if (!asked) return;
    confirm
      .mutateAsync({ ...asked, confirmed })
      .then(() => toast(m.sso_decided({ domain: asked.domain })))
      .catch(toastProblem)
      .finally(() => setAsked(undefined));
  }

  return (
    <Card title={m.sso_all_domains()} flush>
      <Load query={domains} rows={2}>
        {(rows) =>
          rows.length === 0 ? (
            <p className="sso-none">{m.sso_all_domains_none()}</p>
          ) : (
            <ul className="sso-rows">
              {rows.map((row) => (
                <li key={`${row.account_id} ${row.domain}`}>
                  <span>
                    <span className="mono">{row.domain}</span>
                    <span className="faint"> · {row.account_name}</span>
                  </span>
                  <span className="actions">
                    {row.confirmed_at ? (
                      <Badge tone="good">{m.sso_confirmed({ at: dateTime(row.confirmed_at) })}</Badge>
                    ) : (
                      <Badge tone="warn">{m.sso_waiting()}</Badge>
                    )}
                    <Button small onPress={() => setAsked(row)}>
                      {row.confirmed_at ? m.sso_withdraw() : m.sso_confirm()}
                    </Button>
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Load>
      <Confirm
        title={
          confirmed
            ? m.sso_confirm_title({ domain: asked?.domain ?? "" })
            : m.sso_withdraw_title({ domain: asked?.domain ?? "" })
        }
        body={confirmed ? m.sso_confirm_body({ account: asked?.account_name ?? "" }) : m.sso_withdraw_body()}
        action={confirmed ? m.sso_confirm() : m.sso_withdraw()}
        open={asked !== undefined}
        busy={confirm.isPending}
        onClose={() => setAsked(undefined)}
        onConfirm={decide}
      />
    </Card>
  );
}
