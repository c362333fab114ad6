/** What it means to deny each permission to those above, in plain words. */
import { m } from "@/i18n";

const MEANINGS: Record<string, () => string> = {
  manage_devices: m.limit_manage_devices,
  command_devices: m.limit_command_devices,
  locate_devices: m.limit_locate_devices,
  wipe_devices: m.limit_wipe_devices,
  administer_people: m.limit_administer_people,
  configure_drivers: m.limit_configure_drivers,
  view_as: m.limit_view_as,
  manage_tokens: m.limit_manage_tokens,
  manage_drivers: m.limit_manage_drivers,
};

export function meaning(permission: string): string | undefined {
  return MEANINGS[permission]?.();
}
