/** What the platform's tokens are called: status, ownership, category, units. Unknown ones stay readable. */
import type { Tone } from "@/design/text";
import { m } from "@/i18n";

type Word = { name: () => string; tone: Tone | "hollow" };

const STATUS: Record<string, Word> = {
  online: { name: m.status_online, tone: "good" },
  ok: { name: m.status_ok, tone: "good" },
  warning: { name: m.status_warning, tone: "warn" },
  error: { name: m.status_error, tone: "bad" },
  critical: { name: m.status_error, tone: "bad" },
  offline: { name: m.status_offline, tone: "hollow" },
  unknown: { name: m.status_unknown, tone: "hollow" },
  idle: { name: m.status_idle, tone: "good" },
  printing: { name: m.status_printing, tone: "good" },
  warmup: { name: m.status_warmup, tone: "good" },
  standby: { name: m.status_standby, tone: "good" },
  running: { name: m.status_running, tone: "good" },
  testing: { name: m.status_testing, tone: "warn" },
  down: { name: m.status_down, tone: "bad" },
  stopped: { name: m.status_down, tone: "bad" },
  retired: { name: m.status_retired, tone: "calm" },
};

/** The values offered as a filter. */
export const STATUSES = ["online", "offline", "retired"] as const;

export function statusWord(status: string): { name: string; tone: Tone | "hollow" } {
  const word = STATUS[status];
  return word ? { name: word.name(), tone: word.tone } : { name: readable(status), tone: "calm" };
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
