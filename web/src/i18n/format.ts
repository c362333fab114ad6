/**
 * Numbers, dates and spans as the reader writes them, through Intl. Formatters are costly to make, so
 * each is made once for a language and its options.
 */
import { getLocale } from "./compiled/runtime.js";

/** The browser's own variant of the language (en-GB, fr-BE), so that dates read as they do elsewhere on it. */
export function regional(locale: string, preferred: readonly string[]): string {
  return preferred.find((tag) => tag === locale || tag.startsWith(`${locale}-`)) ?? locale;
}

const made = new Map<string, unknown>();

function once<T>(kind: string, options: object, make: (locale: string) => T): T {
  const locale = regional(getLocale(), globalThis.navigator?.languages ?? []);
  const key = `${kind} ${locale} ${JSON.stringify(options)}`;
  let formatter = made.get(key) as T | undefined;
  if (formatter === undefined) {
    formatter = make(locale);
    made.set(key, formatter);
  }
  return formatter;
}

export function number(value: number, options: Intl.NumberFormatOptions = {}): string {
  return once("number", options, (locale) => new Intl.NumberFormat(locale, options)).format(value);
}

/** 1.2M: for tiles and axes, where the exact figure stands elsewhere. */
export function compact(value: number): string {
  return number(value, value >= 100_000 ? { notation: "compact", maximumFractionDigits: 1 } : {});
}

/** `value` is 0 to 100. */
export function percent(value: number): string {
  return number(value / 100, { style: "percent", maximumFractionDigits: 0 });
}

export function dateTime(value: string | number | Date, options?: Intl.DateTimeFormatOptions): string {
  const chosen = options ?? { dateStyle: "medium", timeStyle: "short" };
  return once("date", chosen, (locale) => new Intl.DateTimeFormat(locale, chosen)).format(new Date(value));
}

export function date(value: string | number | Date): string {
  return dateTime(value, { dateStyle: "medium" });
}

const SIZES = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** "1.4 MB", by thousands as the units are named. */
export function bytes(value: number): string {
  const step = Math.min(SIZES.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, value)) / 3)));
  const options = { style: "unit", unit: SIZES[step], maximumFractionDigits: step === 0 ? 0 : 1 } as const;
  return number(value / 1000 ** step, options);
}

const SPANS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** "3 minutes ago". Under a minute it is "now": seconds would flicker. */
export function ago(value: string | number | Date, now: number): string {
  const seconds = (new Date(value).getTime() - now) / 1000;
  const options = { numeric: "auto", style: "short" } as const;
  const formatter = once("ago", options, (locale) => new Intl.RelativeTimeFormat(locale, options));
  for (const [unit, size] of SPANS) {
    if (Math.abs(seconds) >= size) return formatter.format(Math.trunc(seconds / size), unit);
  }
  return formatter.format(0, "second");
}

/** "a, b and c". */
export function list(items: string[]): string {
  return once("list", {}, (locale) => new Intl.ListFormat(locale, { type: "conjunction" })).format(items);
}

/** Orders text as a reader of the language expects, digits by value. */
export function collate(a: string, b: string): number {
  return once("collate", {}, (locale) => new Intl.Collator(locale, { numeric: true })).compare(a, b);
}
