/**
 * The address space of the portal. `/a/$account/…` names the account on screen, so that every address
 * can be shared; filters live in the query. Pages are loaded when first visited.
 */
import { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { parseMoveSearch } from "@/accounts/settings/search";
import { parseAlertSearch } from "@/alerts/search";
import { isFinal } from "@/api/problem";
import { parseAuditSearch } from "@/audit/search";
import { portalBrandQuery } from "@/branding/queries";
import { wear } from "@/branding/worn";
import { ToastRegion } from "@/design/toast";
import { parseDeviceSearch } from "@/devices/search";
import { LocaleBoundary } from "@/i18n/locale";
import { isSessionLost, safeNext, sessionQuery } from "@/session/session";
import { CALLBACK, captureAnswer } from "@/sso/answer";
import { parseUsageSearch } from "@/usage/month";
import { Lost, NotFound } from "./lost";
import { Shell } from "./shell";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      networkMode: "always",
      retry: (count, error) => !isFinal(error) && count < 2,
    },
    mutations: { networkMode: "always" },
  },
});

const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  beforeLoad: dress,
  component: () => (
    <LocaleBoundary>
      <Outlet />
      <ToastRegion />
    </LocaleBoundary>
  ),
  notFoundComponent: NotFound,
});

let dressed = false;

/** The portal's own brand is on before the first page is drawn; without an answer it goes without. */
async function dress(): Promise<void> {
  if (dressed) return;
  dressed = true;
  await queryClient.ensureQueryData(portalBrandQuery).then(wear, () => undefined);
}

async function signedIn(href: string) {
  try {
    return await queryClient.ensureQueryData(sessionQuery);
  } catch (error) {
    if (isSessionLost(error))
      throw redirect({ to: "/sign-in", search: { next: safeNext(href), lost: false } });
    throw error;
  }
}

const indexRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  beforeLoad: async ({ location }) => {
    const session = await signedIn(location.href);
    const first = session.grants[0];
    if (first) throw redirect({ to: "/a/$account", params: { account: first.account.id } });
  },
  component: lazyRouteComponent(() => import("./no-grant"), "NoGrant"),
});

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>) => ({
    next: safeNext(search.next),
    lost: search.lost === true,
  }),
  component: lazyRouteComponent(() => import("@/session/sign-in"), "SignIn"),
});

const callbackRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: CALLBACK,
  component: lazyRouteComponent(() => import("@/sso/callback"), "SsoCallback"),
});

const forgotRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/forgot-password",
  component: lazyRouteComponent(() => import("@/links/forgot"), "ForgotPassword"),
});

const resetRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/reset-password",
  component: lazyRouteComponent(() => import("@/links/reset"), "ResetPassword"),
});

const invitationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/invitation",
  component: lazyRouteComponent(() => import("@/links/invitation"), "Invitation"),
});

const accountRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/a/$account",
  beforeLoad: ({ location }) => signedIn(location.href).then(() => undefined),
  component: Shell,
  notFoundComponent: NotFound,
});

const overviewRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: "/",
  component: lazyRouteComponent(() => import("./overview"), "Overview"),
});

const devicesRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: "devices",
  validateSearch: parseDeviceSearch,
  component: lazyRouteComponent(() => import("@/devices/list"), "DeviceList"),
});

const deviceRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: "devices/$device",
  component: lazyRouteComponent(() => import("@/devices/page"), "DevicePage"),
});

const alertsRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: "alerts",
  validateSearch: parseAlertSearch,
  component: lazyRouteComponent(() => import("@/alerts/list"), "AlertList"),
});

const collectorsRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: "collectors",
  component: lazyRouteComponent(() => import("@/collectors/list"), "CollectorList"),
});

const groupsRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: "groups",
  component: lazyRouteComponent(() => import("@/groups/list"), "GroupList"),
});

const accountsRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: "accounts",
  component: lazyRouteComponent(() => import("@/accounts/list"), "AccountList"),
});

const operatorsRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: "operators",
  component: lazyRouteComponent(() => import("@/operators/list"), "OperatorList"),
});

const rolesRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: "roles",
  component: lazyRouteComponent(() => import("@/roles/list"), "RoleList"),
});

const ssoRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: "sign-in",
  component: lazyRouteComponent(() => import("@/sso/page"), "SignInPage"),
});

const limitsRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: "limits",
  component: lazyRouteComponent(() => import("@/restrictions/page"), "RestrictionPage"),
});

const tokensRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: "tokens",
  component: lazyRouteComponent(() => import("@/tokens/list"), "TokenList"),
});

const driversRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: "drivers",
  component: lazyRouteComponent(() => import("@/drivers/list"), "DriverList"),
});

const auditRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: "audit",
  validateSearch: parseAuditSearch,
  component: lazyRouteComponent(() => import("@/audit/list"), "AuditList"),
});

const brandingRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: "branding",
  component: lazyRouteComponent(() => import("@/branding/page"), "BrandingPage"),
});

const egressRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: "connections",
  component: lazyRouteComponent(() => import("@/egress/page"), "EgressPage"),
});

const usageRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: "usage",
  validateSearch: parseUsageSearch,
  component: lazyRouteComponent(() => import("@/usage/page"), "UsagePage"),
});

const settingsRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: "settings",
  component: lazyRouteComponent(() => import("@/accounts/settings/page"), "SettingsPage"),
});

const moveRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: "settings/move",
  validateSearch: parseMoveSearch,
  component: lazyRouteComponent(() => import("@/accounts/settings/move"), "MovePage"),
});

const securityRoute = createRoute({
  getParentRoute: () => accountRoute,
  path: "security",
  component: lazyRouteComponent(() => import("@/security/page"), "SecurityPage"),
});

const routeTree = rootRoute.addChildren([
  indexRoute,
  signInRoute,
  callbackRoute,
  forgotRoute,
  resetRoute,
  invitationRoute,
  accountRoute.addChildren([
    overviewRoute,
    devicesRoute,
    deviceRoute,
    alertsRoute,
    collectorsRoute,
    groupsRoute,
    accountsRoute,
    operatorsRoute,
    rolesRoute,
    limitsRoute,
    ssoRoute,
    tokensRoute,
    driversRoute,
    auditRoute,
    usageRoute,
    brandingRoute,
    egressRoute,
    settingsRoute,
    moveRoute,
    securityRoute,
  ]),
]);

captureAnswer();

export const router = createRouter({
  routeTree,
  context: { queryClient },
  defaultPreload: "intent",
  scrollRestoration: true,
  scrollToTopSelectors: ["#main"],
  defaultErrorComponent: Lost,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
