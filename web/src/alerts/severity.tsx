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

export function severityName(severity: Severity): string {
  return WORDS[severity].name();
}

export function SeverityBadge({ severity }: { severity: Severity }) {
  return <Badge tone={WORDS[severity].tone}>{severityName(severity)}</Badge>;
}
