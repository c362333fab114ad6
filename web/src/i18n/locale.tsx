/** Re-mounts what is below when the language changes, so that no text of the old one stays. */
import { Fragment, type ReactNode, useSyncExternalStore } from "react";
import { I18nProvider } from "react-aria-components";
import { getLocale, subscribeLocale } from ".";
import { regional } from "./format";

export function useLocale() {
  return useSyncExternalStore(subscribeLocale, getLocale);
}

export function LocaleBoundary({ children }: { children: ReactNode }) {
  const locale = useLocale();
  return (
    <I18nProvider locale={regional(locale, navigator.languages)}>
      <Fragment key={locale}>{children}</Fragment>
    </I18nProvider>
  );
}
