/** What went wrong with a provider or a sign-in by one, as a sentence for who reads it. */
import { ProblemError, problemMessage } from "@/api/problem";
import { m } from "@/i18n";

const FOUND: Record<string, () => string> = {
  not_allowed: m.sso_found_not_allowed,
  unreachable: m.sso_found_unreachable,
  bad_status: m.sso_found_bad_status,
  other_issuer: m.sso_found_other_issuer,
  unsupported: m.sso_found_unsupported,
  bad_url: m.sso_found_bad_url,
};

/** For whoever sets a provider up. */
export function foundMessage(code: string): string {
  return (FOUND[code] ?? m.sso_found_malformed)();
}

const REFUSED: Record<string, () => string> = {
  sso_not_offered: m.sso_not_offered,
  sso_unavailable: m.sso_unavailable,
  sso_over: m.sso_over,
  sso_refused: m.sso_refused,
  sso_unverified: m.sso_unverified,
  sso_elsewhere: m.sso_elsewhere,
  sso_address_taken: m.sso_address_taken,
  sso_identity_taken: m.sso_identity_taken,
  sso_no_role: m.sso_no_role,
  sso_barred: m.sso_barred,
  sso_full: m.sso_full,
};

/** For who signs in. */
export function ssoMessage(error: unknown): string {
  const known = error instanceof ProblemError ? REFUSED[error.code] : undefined;
  return known ? known() : problemMessage(error);
}
