/** What the platform's tokens are called: status, ownership, category, units. Unknown ones stay readable. */
import type { Device } from "@/api/types";
import type { Tone } from "@/design/text";
import { m } from "@/i18n";
import { stateOf, toneOf } from "./headline";

type Word = { name: () => string; tone: Tone | "hollow" };

const STATUS: Record<Device["status"], Word> = {
  online: { name: m.status_online, tone: "good" },
  offline: { name: m.status_offline, tone: "hollow" },
  retired: { name: m.status_retired, tone: "calm" },
};

/** The values offered as a filter. */
export const STATUSES = ["online", "offline", "retired"] as const;

/** Whether the device is heard; where it is, what its driver says that it does. */
export function statusWord(device: Pick<Device, "status" | "headlines">): {
  name: string;
  tone: Tone | "hollow";
} {
  const state = device.status === "online" ? stateOf(device.headlines) : undefined;
  if (state?.label) return { name: state.label, tone: toneOf(state.tone) };
  return { name: statusName(device.status), tone: STATUS[device.status].tone };
}

export function statusName(status: Device["status"]): string {
  return STATUS[status].name();
}

const CATEGORIES: Record<string, { name: () => string; what: () => string }> = {
  device: { name: m.category_device, what: m.category_device_what },
  identifier: { name: m.category_identifier, what: m.category_identifier_what },
  network: { name: m.category_network, what: m.category_network_what },
  telecom: { name: m.category_telecom, what: m.category_telecom_what },
  software: { name: m.category_software, what: m.category_software_what },
  security: { name: m.category_security, what: m.category_security_what },
  usage: { name: m.category_usage, what: m.category_usage_what },
  health: { name: m.category_health, what: m.category_health_what },
  location: { name: m.category_location, what: m.category_location_what },
  communication: { name: m.category_communication, what: m.category_communication_what },
};

/** The closed list of the platform, in the order of the privacy statement. */
export const CATEGORY_KEYS = Object.keys(CATEGORIES);

export function categoryName(category: string): string {
  return CATEGORIES[category]?.name() ?? readable(category);
}

export function categoryWhat(category: string): string {
  return CATEGORIES[category]?.what() ?? "";
}

/** Sorts by the platform's order; what it does not know comes last. */
export function byCategory(a: string, b: string): number {
  const place = (category: string) => {
    const index = CATEGORY_KEYS.indexOf(category);
    return index < 0 ? CATEGORY_KEYS.length : index;
  };
  return place(a) - place(b);
}

/** `hr_printer-status` → `hr printer status`. */
export function readable(token: string): string {
  const words = token.replace(/[_-]+/g, " ").trim();
  return words.charAt(0).toLocaleUpperCase() + words.slice(1);
}
