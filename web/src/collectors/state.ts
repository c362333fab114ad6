/** A collector's state in a word and a tone. */
import type { Collector } from "@/api/types";
import type { Tone } from "@/design/text";
import { m } from "@/i18n";

const STATES: Record<string, { name: () => string; tone: Tone | "hollow" }> = {
  online: { name: m.status_online, tone: "good" },
  late: { name: m.collector_late, tone: "warn" },
  offline: { name: m.status_offline, tone: "bad" },
  revoked: { name: m.collector_state_revoked, tone: "hollow" },
};

export function collectorState(state: Collector["state"]): { name: string; tone: Tone | "hollow" } {
  const found = STATES[state];
  return found ? { name: found.name(), tone: found.tone } : { name: state, tone: "calm" };
}
