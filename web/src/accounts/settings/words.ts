/** The words for what is limited, and for what moves with an account. */
import type { QuotaKind } from "@/api/types";
import { m } from "@/i18n";

export const QUOTA_KINDS: readonly QuotaKind[] = ["devices", "collectors", "operators"];

const QUOTAS: Record<QuotaKind, () => string> = {
  devices: m.nav_devices,
  collectors: m.nav_collectors,
  operators: m.nav_operators,
};

export function quotaWord(what: QuotaKind): string {
  return QUOTAS[what]();
}

const TABLES: Record<string, () => string> = {
  devices: m.nav_devices,
  sites: m.sites_title,
  collectors: m.nav_collectors,
  alerts: m.nav_alerts,
  grants: m.audit_area_grants,
  roles: m.nav_roles,
  invitations: m.invitations_title,
  api_tokens: m.nav_tokens,
};

/** What moves, in the words of the portal; records that nobody knows by name are counted together. */
export function movedThings(rows: Record<string, number>): { word: string; count: number }[] {
  const named = Object.entries(TABLES).flatMap(([table, word]) => {
    const count = rows[table] ?? 0;
    return count > 0 ? [{ word: word(), count }] : [];
  });
  const rest = Object.entries(rows)
    .filter(([table]) => !(table in TABLES))
    .reduce((sum, [, count]) => sum + count, 0);
  return rest > 0 ? [...named, { word: m.move_rest(), count: rest }] : named;
}
