/** How urgent an alert is, in a word and a tone. */
import type { Severity } from "@/api/types";
import { Badge, type Tone } from "@/design/text";
import { m } from "@/i18n";

const WORDS: Record<Severity, { name: () => string; tone: Tone }> = {
  critical: { name: m.severity_critical, tone: "bad" },
  warning: { name: m.severity_warning, tone: "warn" },
  info: { name: m.severity_info, tone: "calm" },
};

export const SEVERITIES: Severity[] = ["critical", "warning", "info"];

/** Undefined for a severity that is new here. */
function wordOf(severity: string) {
  return Object.hasOwn(WORDS, severity) ? WORDS[severity as Severity] : undefined;
}

export function severityName(severity: string): string {
  return wordOf(severity)?.name() ?? severity;
}

export function SeverityBadge({ severity }: { severity: string }) {
  return <Badge tone={wordOf(severity)?.tone ?? "calm"}>{severityName(severity)}</Badge>;
}
