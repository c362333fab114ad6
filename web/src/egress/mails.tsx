/** What was mailed for an account, and why something could not be. */
import type { Mail } from "@/api/types";
import { Empty, Load } from "@/design/feedback";
import { More } from "@/design/more";
import { Card } from "@/design/page";
import { Ago, Badge, Nothing } from "@/design/text";
import { m } from "@/i18n";
import { useMails } from "./queries";
import { mailFault, mailName } from "./words";

export function MailCard({ account }: { account: string }) {
  const mails = useMails(account);
  return (
    <Card title={m.mails_title()} flush>
      <Load query={mails} rows={3}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty icon="mail" title={m.mails_none()}>
              {m.mails_none_body()}
            </Empty>
          ) : (
            <MailTable mails={rows} />
          )
        }
      </Load>
      <More query={mails} />
    </Card>
  );
}

function MailTable({ mails }: { mails: Mail[] }) {
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">{m.mails_about()}</th>
          <th scope="col">{m.mails_to()}</th>
          <th scope="col">{m.col_state()}</th>
          <th scope="col" className="number">
            {m.mails_tries()}
          </th>
          <th scope="col">{m.col_created()}</th>
        </tr>
      </thead>
      <tbody>
        {mails.map((mail) => (
          <tr key={mail.id}>
            <td>{mailName(mail.kind)}</td>
            <td>{mail.recipient ?? <Nothing label={m.mails_private()} />}</td>
            <td>
              <MailState mail={mail} />
            </td>
            <td className="number">{mail.tries}</td>
            <td>
              <Ago at={mail.created_at} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function MailState({ mail }: { mail: Mail }) {
  const fault = mail.error && (
    <span className="cell-sub">
      {mailFault(mail.error)} <code>{mail.error}</code>
    </span>
  );
  if (mail.state === "sent") return <Badge tone="good">{m.mail_sent()}</Badge>;
  return (
    <>
      {mail.state === "failed" ? (
        <Badge tone="bad">{m.mail_failed()}</Badge>
      ) : (
        <Badge tone={mail.error ? "warn" : "calm"}>{m.mail_waiting()}</Badge>
      )}
      {fault}
    </>
  );
}
