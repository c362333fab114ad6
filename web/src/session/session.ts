/** Who is signed in, and what their grants allow on the account on screen. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, reply, setCsrf } from "@/api/client";
import { ProblemError, parseProblem } from "@/api/problem";
import type { Account, Grant, Role, Session } from "@/api/types";
import { baseLocale, chooseLocale, isLocale, localeWasChosen } from "@/i18n";

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async ({ signal }): Promise<Session> => {
    const { operator, grants, csrf } = await reply(api.GET("/api/v1/session", { signal }));
    if (!operator) throw parseProblem(null, 401);
    setCsrf(csrf ?? undefined);
    const language = operator.locale.split("-")[0];
    // every operator starts with the base language, so that one says nothing against the browser's own
    if (!localeWasChosen() && isLocale(language) && language !== baseLocale) chooseLocale(language);
    return { operator, grants: grants as Grant[], csrf: csrf ?? undefined };
  },
  staleTime: 5 * 60_000,
});

export function useSession(): Session | undefined {
  return useQuery(sessionQuery).data;
}

const RANK: Record<Role, number> = { viewer: 0, technician: 1, owner: 2 };

/** The strongest role that grants give on an account: a grant holds for the whole subtree. */
export function roleOn(grants: Session["grants"], lineage: string): Role | undefined {
  return grants
    .filter((grant) => lineage.startsWith(grant.account.lineage))
    .map((grant) => grant.role)
    .sort((a, b) => RANK[b] - RANK[a])[0];
}

export type Might = "read" | "operate" | "administer" | "install";

/** What to offer; the server decides. `install` is for owners of the platform itself. */
export function may(session: Session | undefined, account: Account | undefined, might: Might): boolean {
  if (!session || !account) return false;
  if (might === "install") {
    return session.grants.some((grant) => grant.account.kind === "platform" && grant.role === "owner");
  }
  const role = roleOn(session.grants, account.lineage);
  if (!role) return false;
  const least: Record<Exclude<Might, "install">, Role> = {
    read: "viewer",
    operate: "technician",
    administer: "owner",
  };
  return RANK[role] >= RANK[least[might]];
}

/** Only a path on this portal; anything else is the start page. */
export function safeNext(next: unknown): string {
  return typeof next === "string" && /^\/(?![/\\])/.test(next) && !next.startsWith("/sign-in") ? next : "/";
}

export function isSessionLost(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 401;
}
