/**
 * The secret of a mailed link. It stands behind `#`, which no request carries; it is taken out of the address at once,
 * so that neither the history nor a copied address has it, and kept in this tab until it is used.
 */
const PREFIX = { invitation: "bwi", reset: "bwp" } as const;

export type LinkKind = keyof typeof PREFIX;

/** The secret in a fragment such as `#token=bwi_…`; only of this kind. */
export function tokenIn(hash: string, kind: LinkKind): string | undefined {
  const token = new URLSearchParams(hash.replace(/^#/, "")).get("token") ?? "";
  return new RegExp(`^${PREFIX[kind]}_[0-9A-Za-z]{49}$`).test(token) ? token : undefined;
}

/** Takes the secret from the address, or from this tab where the address had it before. */
export function takeToken(kind: LinkKind): string | undefined {
  const key = `link-${kind}`;
  const found = tokenIn(window.location.hash, kind);
  if (found) {
    sessionStorage.setItem(key, found);
    window.history.replaceState(window.history.state, "", window.location.pathname);
  }
  return found ?? sessionStorage.getItem(key) ?? undefined;
}

export function forgetToken(kind: LinkKind): void {
  sessionStorage.removeItem(`link-${kind}`);
}
