/** Which hosts the platform may reach for an account, and what became of the mails that it sent for it. */
import { useQuery } from "@tanstack/react-query";
import { accountQuery, useAccountId } from "@/accounts/queries";
import { Load, Refused } from "@/design/feedback";
import { Page } from "@/design/page";
import { m } from "@/i18n";
import { may } from "@/session/session";
import { HostCard } from "./hosts";
import { MailCard } from "./mails";

export function EgressPage() {
  const account = useQuery(accountQuery(useAccountId()));
  return (
    <Page title={m.egress_title()} lead={account.data && m.egress_lead({ account: account.data.name })}>
      <Load query={account}>
        {(here) => {
          const hosts = may(here, "manage_egress");
          const mails = may(here, "view_operators");
          if (!hosts && !mails) return <Refused />;
          return (
            <>
              {hosts && <HostCard account={here} />}
              {mails && <MailCard account={here.id} />}
            </>
          );
        }}
      </Load>
    </Page>
  );
}
