/** The settings of one account: its name, what it may have, and what is done to all of it. */

import { useQuery } from "@tanstack/react-query";
import { HostCard } from "@/branding/host";
import { brandingQuery } from "@/branding/queries";
import { Load } from "@/design/feedback";
import { Page } from "@/design/page";
import { m } from "@/i18n";
import { standsAbove } from "@/session/above";
import { may, runsPlatform, useSession } from "@/session/session";
import { accountQuery, useAccountId } from "../queries";
import { DeletionCard } from "./deletion";
import { ExportCard } from "./exports";
import { NameCard } from "./name";
import { PlaceCard } from "./place";
import { QuotaCard } from "./quotas";
import { SuspensionCard } from "./suspension";
import "./settings.css";

export function SettingsPage() {
  const account = useQuery(accountQuery(useAccountId()));
  const session = useSession();
  return (
    <Page title={m.settings_title()} lead={account.data && m.settings_lead({ account: account.data.name })}>
      <Load query={account}>
        {(here) => {
          const above = standsAbove(session, here);
          const platform = runsPlatform(session);
          const manages = may(here, "manage_accounts");
          const suspends = manages && above && !here.erase_at;
          const deletes = above && may(here, "delete_accounts");
          const takesAlong = ["delete_accounts", "view_devices", "view_operators", "view_audit"] as const;
          return (
            <div className="settings">
              <NameCard account={here} editable={manages} />
              {may(here, "view_usage") && (
                <QuotaCard account={here} editable={above && may(here, "manage_quotas")} />
              )}
              {manages && above && <PlaceCard account={here} />}
              {platform && here.kind !== "platform" && <PortalHost account={here.id} />}
              {!platform && takesAlong.every((permission) => may(here, permission)) && (
                <ExportCard account={here} />
              )}
              <div id="state" className="settings-state">
                {((suspends && !here.suspended_at) || deletes) && (
                  <h2 className="settings-danger">{m.settings_danger()}</h2>
                )}
                {suspends && <SuspensionCard account={here} />}
                {deletes && <DeletionCard account={here} />}
              </div>
            </div>
          );
        }}
      </Load>
    </Page>
  );
}

/** Who runs the platform sees no branding, but gives the host names that it has certificates for. */
function PortalHost({ account }: { account: string }) {
  const branding = useQuery(brandingQuery(account));
  return <Load query={branding}>{(found) => <HostCard account={account} branding={found} editable />}</Load>;
}
