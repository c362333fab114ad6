/** Small pieces of text with meaning: badges, states, times, things to copy. */
import { type ReactNode, useEffect, useState, useSyncExternalStore } from "react";
import { m } from "@/i18n";
import { ago, dateTime } from "@/i18n/format";
import { Button } from "./button";

export type Tone = "calm" | "good" | "warn" | "bad" | "accent";

export function Badge({ tone = "calm", children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`badge badge--${tone}`}>{children}</span>;
}

/** A dot with words: colour never carries the meaning alone. */
export function Status({ tone, children }: { tone: Tone | "hollow"; children: ReactNode }) {
  return (
    <span className="status">
      <span className={`dot dot--${tone}`} aria-hidden="true" />
      {children}
    </span>
  );
}

let minute = Date.now();
const ticks = new Set<() => void>();
setInterval(() => {
  minute = Date.now();
  for (const tick of ticks) tick();
}, 20_000);

/** One clock for all relative times on the screen. */
export function useNow(): number {
  return useSyncExternalStore(
    (tick) => {
      ticks.add(tick);
      return () => ticks.delete(tick);
    },
    () => minute,
  );
}

/** "3 min. ago", with the exact time on hover and for machines. A missing time is a dash that reads "never". */
export function Ago({ at }: { at: string | null | undefined }) {
  const now = useNow();
  if (!at) return <Nothing label={m.time_never()} />;
  return (
    <time dateTime={at} title={dateTime(at)} className="nowrap">
      {ago(at, Math.max(now, Date.parse(at)))}
    </time>
  );
}

/** An absent value: a dash to the eye, words to a screen reader. */
export function Nothing({ label }: { label?: string }) {
  return (
    <span className="faint">
      <span aria-hidden="true">–</span>
      <span className="sr-only">{label ?? m.value_unknown()}</span>
    </span>
  );
}

const COPIED_MS = 2000;

/** A secret or command in full, with a button that copies it. */
export function CopyLine({ value, label }: { value: string; label: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), COPIED_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <div className="field">
      <span className="label">{label}</span>
      <div className="secret">
        <code>{value}</code>
        <Button
          icon={copied ? "check" : "copy"}
          aria-label={`${m.action_copy()}: ${label}`}
          onPress={() => navigator.clipboard.writeText(value).then(() => setCopied(true))}
        >
          {copied ? m.action_copied() : m.action_copy()}
        </Button>
      </div>
    </div>
  );
}
