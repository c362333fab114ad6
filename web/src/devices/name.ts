/** What a device is called. */
import { m } from "@/i18n";

/** The best name there is: given, else model, else address. */
export function deviceName(device: {
  name?: string | null;
  model?: string | null;
  address?: string | null;
}): string {
  return device.name || device.model || device.address || m.device_unnamed();
}
