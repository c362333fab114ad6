/** Permissions in words, in the groups in which people read them. */
import { m } from "@/i18n";
import { PERMISSIONS, type Permission } from "@/session/permission";

const NAMES: Record<Permission, () => string> = {
  view_accounts: m.permission_view_accounts,
  manage_accounts: m.permission_manage_accounts,
  delete_accounts: m.permission_delete_accounts,
  manage_quotas: m.permission_manage_quotas,
  view_usage: m.permission_view_usage,
  view_devices: m.permission_view_devices,
  manage_devices: m.permission_manage_devices,
  handle_alerts: m.permission_handle_alerts,
  manage_sites: m.permission_manage_sites,
  manage_collectors: m.permission_manage_collectors,
  command_devices: m.permission_command_devices,
  locate_devices: m.permission_locate_devices,
  wipe_devices: m.permission_wipe_devices,
  administer_people: m.permission_administer_people,
  configure_drivers: m.permission_configure_drivers,
  view_operators: m.permission_view_operators,
  manage_operators: m.permission_manage_operators,
  manage_roles: m.permission_manage_roles,
  manage_sign_in: m.permission_manage_sign_in,
  view_as: m.permission_view_as,
  view_audit: m.permission_view_audit,
  manage_tokens: m.permission_manage_tokens,
  manage_drivers: m.permission_manage_drivers,
  install_drivers: m.permission_install_drivers,
  manage_privacy: m.permission_manage_privacy,
  manage_branding: m.permission_manage_branding,
  manage_egress: m.permission_manage_egress,
};

export function isPermission(name: string): name is Permission {
  return Object.hasOwn(NAMES, name);
}

/** A name that this portal does not know yet stays readable. */
export function permissionName(name: string): string {
  return isPermission(name) ? NAMES[name]() : name.replaceAll("_", " ");
}

type Group = { id: string; name: () => string; ends: Permission };

/** Each group reaches from the end of the one before up to `ends`. */
const GROUPS: Group[] = [
  { id: "accounts", name: m.permission_group_accounts, ends: "view_usage" },
  { id: "devices", name: m.permission_group_devices, ends: "configure_drivers" },
  { id: "people", name: m.permission_group_people, ends: "view_audit" },
  { id: "settings", name: m.permission_group_settings, ends: "manage_egress" },
];

export type Grouped = { id: string; name: string; permissions: Permission[] };

/** Those of `names` by group, in their order; groups without any are left out. */
export function grouped(names: readonly string[]): Grouped[] {
  let from = 0;
  return GROUPS.map(({ id, name, ends }) => {
    const to = PERMISSIONS.indexOf(ends) + 1;
    const permissions = PERMISSIONS.slice(from, to).filter((permission) => names.includes(permission));
    from = to;
    return { id, name: name(), permissions };
  }).filter(({ permissions }) => permissions.length > 0);
}
