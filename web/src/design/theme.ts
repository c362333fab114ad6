/** Light, dark or what the system says. Kept on this machine, applied before the first paint. */
import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";

const KEY = "bailiwick.theme";
const listeners = new Set<() => void>();

function read(): Theme {
  const value = localStorage.getItem(KEY);
  return value === "light" || value === "dark" ? value : "system";
}

let current: Theme = "system";

function apply(theme: Theme): void {
  current = theme;
  if (theme === "system") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.setAttribute("data-theme", theme);
  for (const listener of listeners) listener();
}

export function startTheme(): void {
  apply(read());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => apply(current));
}

export function chooseTheme(theme: Theme): void {
  if (theme === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, theme);
  apply(theme);
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribeTheme, () => current);
}

/** Called when the colours on the screen change, by choice or by the system. */
export function subscribeTheme(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
