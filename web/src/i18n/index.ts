/**
 * The languages of the portal. Messages are functions compiled from `src/messages/*.json`, so a missing
 * key does not compile. The choice is kept on this machine and told to the server with every call, so
 * that titles of attributes and alerts come in the same language.
 */
import { baseLocale, getLocale, locales, setLocale } from "./compiled/runtime.js";

export { m } from "./compiled/messages.js";
export { baseLocale, getLocale, locales };

export type Locale = (typeof locales)[number];

/** Each language by its own name: a reader looks for the word that he knows. */
export const LOCALE_NAMES: Record<Locale, string> = {
  en: "English",
  de: "Deutsch",
  nl: "Nederlands",
  fr: "Français",
};

const listeners = new Set<() => void>();
const STORAGE_KEY = "PARAGLIDE_LOCALE";

export function isLocale(value: unknown): value is Locale {
  return typeof value === "string" && (locales as readonly string[]).includes(value);
}

/** Whether someone chose a language here, rather than the browser's preference being used. */
export function localeWasChosen(): boolean {
  return isLocale(localStorage.getItem(STORAGE_KEY));
}

export function chooseLocale(locale: Locale): void {
  setLocale(locale, { reload: false });
  document.documentElement.lang = locale;
  for (const listener of listeners) listener();
}

export function subscribeLocale(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Sets `lang` before the first paint. */
export function startLocale(): void {
  document.documentElement.lang = getLocale() ?? baseLocale;
}
