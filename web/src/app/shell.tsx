/** The frame of every signed-in page: account switcher, navigation, who is signed in, live updates. */
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { AskWhom } from "@/accounts/ask";
import { accountQuery, useAccountId } from "@/accounts/queries";
import { StateBanner } from "@/accounts/state";
import { AccountSwitcher } from "@/accounts/switcher";
import { useLive } from "@/api/live";
import type { Account } from "@/api/types";
import { HelpLinks } from "@/branding/help";
import { Mark } from "@/branding/mark";
import { brandingQuery } from "@/branding/queries";
import { useWear } from "@/branding/worn";
import { IconButton } from "@/design/button";
import { Failed, Refusal } from "@/design/feedback";
import { Icon, type IconName } from "@/design/icon";
import { m } from "@/i18n";
import { number } from "@/i18n/format";
import { ReviewBanner } from "@/security/review";
import { hasSettings, may, mayInstall } from "@/session/session";
import { UserMenu } from "@/session/user-menu";
import { ElevationBanner, ViewBanner } from "@/support/banners";

export function Shell() {
  const account = useAccountId();
  const { data, error, refetch } = useQuery(accountQuery(account));
  useWear(useQuery(brandingQuery(account)).data?.effective);
  const interrupted = useLive(account, may(data, "view_devices"));
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const [open, setOpen] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: navigation closes the small-screen menu
  useEffect(() => setOpen(false), [pathname]);
  return (
    <div className="frame">
      <a className="skip-link" href="#main">
        {m.skip_to_content()}
      </a>
      <ViewBanner />
      <ElevationBanner />
      <div className="shell">
        <div className="sidebar" data-open={open || undefined}>
          <Link to="/a/$account" params={{ account }} className="brand">
            <Mark />
          </Link>
          <IconToggle open={open} onToggle={() => setOpen(!open)} />
          <AccountSwitcher />
          <Sections account={data} />
          <div className="sidebar-foot">
            <HelpLinks />
            <UserMenu />
          </div>
        </div>
        <main className="main" id="main" tabIndex={-1}>
          <div className="banners">
            {interrupted && (
              <div className="banner" role="status">
                <Icon name="warning" />
                <span className="banner-text">{m.banner_offline()}</span>
              </div>
            )}
            <ReviewBanner />
            <StateBanner account={data} />
          </div>
          <Refusal value={data && <AskWhom account={data} />}>
            {error && !data ? <Failed error={error} onRetry={() => refetch()} /> : <Outlet />}
          </Refusal>
        </main>
      </div>
    </div>
  );
}

/** Only what may be seen here: the rest would answer that it may not. */
function Sections({ account }: { account: Account | undefined }) {
  const seesDevices = may(account, "view_devices");
  return (
    <>
      <nav className="nav" aria-label={m.nav_label()}>
        <Item to="/a/$account" icon="overview" label={m.nav_overview()} exact />
        {seesDevices && (
          <>
            <Item
              to="/a/$account/devices"
              icon="device"
              label={m.nav_devices()}
              count={account?.counts?.devices}
            />
            <Item
              to="/a/$account/alerts"
              icon="alert"
              label={m.nav_alerts()}
              count={account?.counts?.alerts_open}
              urgent
            />
            <Item
              to="/a/$account/collectors"
              icon="collector"
              label={m.nav_collectors()}
              count={account?.counts?.collectors}
            />
            <Item to="/a/$account/groups" icon="group" label={m.groups_title()} />
          </>
        )}
      </nav>
      <nav className="nav" aria-label={m.nav_administration()}>
        {account && account.kind !== "customer" && (
          <Item to="/a/$account/accounts" icon="customers" label={m.nav_accounts()} />
        )}
        {may(account, "view_operators") && (
          <>
            <Item to="/a/$account/operators" icon="operators" label={m.nav_operators()} />
            <Item to="/a/$account/roles" icon="role" label={m.nav_roles()} />
          </>
        )}
        {may(account, "manage_sign_in") && (
          <Item to="/a/$account/sign-in" icon="shield" label={m.sso_title()} />
        )}
        {account && account.kind !== "platform" && (
          <Item to="/a/$account/limits" icon="limit" label={m.nav_limits()} />
        )}
        {may(account, "manage_tokens") && <Item to="/a/$account/tokens" icon="key" label={m.nav_tokens()} />}
        {(seesDevices || mayInstall(account)) && (
          <Item to="/a/$account/drivers" icon="driver" label={m.nav_drivers()} />
        )}
        {may(account, "view_usage") && <Item to="/a/$account/usage" icon="usage" label={m.nav_usage()} />}
        {may(account, "view_audit") && <Item to="/a/$account/audit" icon="audit" label={m.nav_audit()} />}
        {may(account, "manage_branding") && (
          <Item to="/a/$account/branding" icon="branding" label={m.nav_branding()} />
        )}
        {(may(account, "manage_egress") || may(account, "view_operators")) && (
          <Item to="/a/$account/connections" icon="connection" label={m.nav_connections()} />
        )}
        {hasSettings(account) && <Item to="/a/$account/settings" icon="settings" label={m.nav_settings()} />}
      </nav>
    </>
  );
}

type SectionPath =
  | "/a/$account"
  | `/a/$account/${"devices" | "alerts" | "collectors" | "groups" | "accounts" | "operators" | "roles" | "sign-in" | "limits" | "tokens" | "drivers" | "audit" | "usage" | "branding" | "connections" | "settings"}`;

function IconToggle({ open, onToggle }: { open: boolean; onToggle: () => void }) {
  return (
    <span className="menu-toggle">
      <IconButton
        icon={open ? "close" : "menu"}
        label={m.nav_label()}
        aria-expanded={open}
        onPress={onToggle}
      />
    </span>
  );
}

type ItemProps = {
  to: SectionPath;
  icon: IconName;
  label: string;
  count?: number;
  exact?: boolean;
  urgent?: boolean;
};

function Item({ to, icon, label, count, exact, urgent }: ItemProps) {
  const account = useAccountId();
  return (
    <Link
      to={to}
      params={{ account }}
      activeOptions={{ exact: exact ?? false, includeSearch: false }}
      activeProps={{ "aria-current": "page" }}
    >
      <Icon name={icon} />
      {label}
      {count ? <span className={urgent ? "count count--bad" : "count"}>{number(count)}</span> : null}
    </Link>
  );
}
