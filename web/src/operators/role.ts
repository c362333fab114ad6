/** The words for the roles, and what each may do. */
import type { Role } from "@/api/types";
import { m } from "@/i18n";

const ROLES: Record<Role, { name: () => string; what: () => string }> = {
  owner: { name: m.role_owner, what: m.role_owner_what },
  technician: { name: m.role_technician, what: m.role_technician_what },
  viewer: { name: m.role_viewer, what: m.role_viewer_what },
};

export const ROLE_KEYS: Role[] = ["owner", "technician", "viewer"];

export function roleName(role: Role): string {
  return ROLES[role].name();
}

export function roleWhat(role: Role): string {
  return ROLES[role].what();
}

export function roleChoices(): { id: Role; name: string }[] {
  return ROLE_KEYS.map((id) => ({ id, name: roleName(id) }));
}
