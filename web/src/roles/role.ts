/** Roles in words: the built-in ones in the reader's language, made ones by the name that they were given. */
import type { Role } from "@/api/types";
import type { Choice } from "@/design/fields";
import { m } from "@/i18n";
import { collate } from "@/i18n/format";

const BUILT_IN: Record<string, { name: () => string; what: () => string }> = {
  owner: { name: m.role_owner, what: m.role_owner_what },
  admin: { name: m.role_admin, what: m.role_admin_what },
  technician: { name: m.role_technician, what: m.role_technician_what },
  helpdesk: { name: m.role_helpdesk, what: m.role_helpdesk_what },
  billing: { name: m.role_billing, what: m.role_billing_what },
  auditor: { name: m.role_auditor, what: m.role_auditor_what },
  viewer: { name: m.role_viewer, what: m.role_viewer_what },
};

/** The built-in roles, the mightiest first. */
export const BUILT_IN_ROLES = Object.keys(BUILT_IN);

/** Made by an account, not built in. */
export function isMade(role: string): boolean {
  return !(role in BUILT_IN);
}

/** `given` is the name from the API, which says what a made role is called. */
export function roleName(role: string, given?: string): string {
  return BUILT_IN[role]?.name() ?? given ?? role;
}

/** Undefined for a made role: its permissions say it. */
export function roleWhat(role: string): string | undefined {
  return BUILT_IN[role]?.what();
}

export function builtInChoices(): Choice<string>[] {
  return BUILT_IN_ROLES.map((id) => ({ id, name: roleName(id) }));
}

/** Built-in roles as they stand, then made ones by their name. */
export function inOrder(roles: Role[]): Role[] {
  const order = ({ role }: Role) => {
    const at = BUILT_IN_ROLES.indexOf(role);
    return at < 0 ? BUILT_IN_ROLES.length : at;
  };
  return [...roles].sort((a, b) => order(a) - order(b) || collate(a.name, b.name));
}

export function roleChoices(roles: Role[]): Choice<string>[] {
  return inOrder(roles).map(({ role, name }) => ({
    id: role,
    name: roleName(role, name),
    ...(isMade(role) && { mark: m.role_custom() }),
  }));
}
