/**
 * What the portal wears: the brand of the account on screen or, before anybody has signed in, of the host name. It is
 * put on the document at once, so that no page has to know of it.
 */
import { useEffect, useSyncExternalStore } from "react";
import type { Brand } from "@/api/types";

/** What the product is called where no brand has a name. */
export const PRODUCT = "Bailiwick";
const COLOUR = /^#[0-9a-f]{6}$/i;

let worn: Brand = {};
const listeners = new Set<() => void>();

export function wear(brand: Brand): void {
  worn = brand;
  const root = document.documentElement;
  if (brand.accent && COLOUR.test(brand.accent)) {
    root.style.setProperty("--brand", brand.accent);
    root.setAttribute("data-brand", "");
  } else {
    root.removeAttribute("data-brand");
    root.style.removeProperty("--brand");
  }
  for (const listener of listeners) listener();
}

/** Wears it from now on; what is not known yet changes nothing. */
export function useWear(brand: Brand | undefined): void {
  useEffect(() => {
    if (brand) wear(brand);
  }, [brand]);
}

export function useWorn(): Brand {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => worn,
  );
}

/** The document's title: the page, and what the product is called here. */
export function usePageTitle(title: string): void {
  const product = useWorn().name ?? PRODUCT;
  useEffect(() => {
    document.title = `${title} · ${product}`;
  }, [title, product]);
}
