/** What connections are for, what mails are about, and why one was not taken. */
import { m } from "@/i18n";

/** Those that an account may open for itself. */
export const PURPOSES = ["webhook", "oidc", "push", "object_store"] as const;
export type Purpose = (typeof PURPOSES)[number];

const PURPOSE_NAMES: Record<Purpose, () => string> = {
  webhook: m.purpose_webhook,
  oidc: m.purpose_oidc,
  push: m.purpose_push,
  object_store: m.purpose_object_store,
};

export function purposeName(purpose: string): string {
  return PURPOSE_NAMES[purpose as Purpose]?.() ?? purpose;
}

const MAILS: Record<string, () => string> = {
  invitation: m.mail_invitation,
  password_reset: m.mail_password_reset,
  password_changed: m.mail_password_changed,
};

export function mailName(kind: string): string {
  return MAILS[kind]?.() ?? kind;
}

const FAULTS: Record<string, () => string> = {
  egress_not_allowed: m.mail_fault_not_allowed,
  egress_forbidden_address: m.mail_fault_not_allowed,
  smtp_unresolved: m.mail_fault_unreachable,
  smtp_unreachable: m.mail_fault_unreachable,
  smtp_timed_out: m.mail_fault_unreachable,
  smtp_without_tls: m.mail_fault_tls,
  smtp_sign_in_refused: m.mail_fault_sign_in,
  smtp_refused: m.mail_fault_refused,
  smtp_deferred: m.mail_fault_deferred,
  bad_address: m.mail_fault_address,
};

/** The code itself stands beside it, for whoever runs the server. */
export function mailFault(code: string): string {
  return FAULTS[code]?.() ?? m.mail_fault_other();
}
