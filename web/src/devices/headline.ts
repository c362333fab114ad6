/** What a driver's headline shows of a device, in words and colour. All of it comes from the manifest. */
import type { Headline, HeadlineRow, Tone as Shade } from "@/api/types";
import type { Tone } from "@/design/text";
import { m } from "@/i18n";
import { number } from "@/i18n/format";
import { quantity } from "./values";

const TONES: Record<Shade, Tone> = { good: "good", neutral: "calm", warning: "warn", bad: "bad" };

export function toneOf(shade: Shade | null | undefined): Tone {
  return shade ? TONES[shade] : "calm";
}

export function headline(headlines: Headline[], key: string): Headline | undefined {
  return headlines.find((candidate) => candidate.key === key);
}

/** What the device does, where its driver says so. */
export function stateOf(headlines: Headline[]): Headline | undefined {
  return headlines.find(({ role }) => role === "state");
}

/** A figure or text; undefined for a table's rows, which are drawn, and for what is not known. */
export function headlineText(shown: Headline): string | undefined {
  if (shown.label) return shown.label;
  if (shown.rows || shown.value == null) return undefined;
  return shown.role === "count" ? number(shown.value) : quantity(shown.value, shown.unit);
}

/** A row's figure, else its word. */
export function rowText(row: HeadlineRow, unit: string | null | undefined): string {
  return row.level == null ? (row.label ?? m.value_unknown()) : quantity(row.level, unit);
}

export type Urgency = "fine" | "low" | "bad";

/** The device's own word outweighs its figure. */
export function urgency(row: HeadlineRow): Urgency {
  if (row.tone === "bad" || (row.low && row.level === 0)) return "bad";
  return row.tone === "warning" || row.low ? "low" : "fine";
}

/** 0 to 100, or undefined where there is no share of a whole to draw. */
export function fill(level: number | null | undefined, unit: string | null | undefined): number | undefined {
  if (level == null || unit !== "percent") return undefined;
  return Math.max(0, Math.min(100, level));
}
