/** Who is signed in, and what they may do on the account on screen. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, reply, setCsrf } from "@/api/client";
import { ProblemError, parseProblem } from "@/api/problem";
import type { Account, Session } from "@/api/types";
import { baseLocale, chooseLocale, isLocale, localeWasChosen } from "@/i18n";
import { PERMISSIONS, type Permission } from "./permission";

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async ({ signal }): Promise<Session> => {
    const { operator, grants, csrf, viewing } = await reply(api.GET("/api/v1/session", { signal }));
    if (!operator) throw parseProblem(null, 401);
    setCsrf(csrf ?? undefined);
    const language = operator.locale.split("-")[0];
    // every operator starts with the base language, so that one says nothing against the browser's own
    if (!localeWasChosen() && isLocale(language) && language !== baseLocale) chooseLocale(language);
    return { operator, grants, csrf: csrf ?? undefined, viewing: viewing ?? undefined };
  },
  staleTime: 5 * 60_000,
});

export function useSession(): Session | undefined {
  return useQuery(sessionQuery).data;
}

/** What to offer on an account: what the server says that the caller may do there. The server decides. */
export function may(account: Account | undefined, permission: Permission): boolean {
  return account?.permissions?.includes(permission) ?? false;
}

/** May do all there that an owner may, and so give that role. */
export function mayOwn(account: Account | undefined): boolean {
  return PERMISSIONS.every((permission) => may(account, permission));
}

/** Who has any of these finds something in an account's settings. */
const SETTINGS = ["manage_accounts", "delete_accounts", "view_usage"] as const;

export function hasSettings(account: Account | undefined): boolean {
  return SETTINGS.some((permission) => may(account, permission));
}

/** Drivers are installed for the whole platform, so by its root alone. */
export function mayInstall(account: Account | undefined): boolean {
  return account?.kind === "platform" && may(account, "install_drivers");
}

/** Runs the platform: without an elevation there is no sight of what dealers and customers have. */
export function runsPlatform(session: Session | undefined): boolean {
  return session?.grants.some((grant) => grant.account.kind === "platform") ?? false;
}

/** Only a path on this portal; anything else is the start page. */
export function safeNext(next: unknown): string {
  return typeof next === "string" && /^\/(?![/\\])/.test(next) && !next.startsWith("/sign-in") ? next : "/";
}

export function isSessionLost(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 401;
}
