/**
 * Errors of the API as values: every failed call throws a `ProblemError` that carries the stable `code`
 * and the request id, whether the server answered problem+json, something else or not at all. Pages map
 * the code to a sentence (`problemMessage`), never the English `detail`.
 */
import { m } from "@/i18n";
import type { Problem } from "./types";

export class ProblemError extends Error {
  readonly code: string;
  readonly status: number;
  readonly requestId: string | undefined;
  readonly fields: NonNullable<Problem["errors"]>;

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.name = "ProblemError";
    this.code = problem.code;
    this.status = problem.status;
    this.requestId = problem.request_id ?? undefined;
    this.fields = problem.errors ?? [];
  }

  /** The request never reached the server. */
  static offline(): ProblemError {
    return new ProblemError({ type: "about:blank", title: "offline", status: 0, code: "offline" });
  }
}

/** Reads a body that claims to be a problem; anything else becomes a problem by its status. */
export function parseProblem(body: unknown, status: number, requestId?: string | null): ProblemError {
  const candidate = typeof body === "object" && body !== null ? (body as Partial<Problem>) : {};
  return new ProblemError({
    type: candidate.type ?? "about:blank",
    title: candidate.title ?? "",
    status,
    code: typeof candidate.code === "string" ? candidate.code : codeOfStatus(status),
    detail: candidate.detail,
    errors: Array.isArray(candidate.errors) ? candidate.errors : undefined,
    request_id: candidate.request_id ?? requestId ?? undefined,
  });
}

function codeOfStatus(status: number): string {
  if (status === 401) return "session_expired";
  if (status === 403) return "denied";
  if (status === 404) return "not_found";
  if (status === 409) return "conflict";
  if (status === 429) return "rate_limited";
  if (status === 503) return "unavailable";
  if (status === 400 || status === 422) return "invalid_input";
  return "internal";
}

const MESSAGES: Record<string, () => string> = {
  offline: m.problem_offline,
  not_found: m.problem_not_found,
  invalid_input: m.problem_invalid_input,
  invalid_credentials: m.problem_invalid_credentials,
  token_expired: m.problem_session_expired,
  session_expired: m.problem_session_expired,
  denied: m.problem_denied,
  own_account: m.problem_own_account,
  imposed_from_above: m.problem_imposed_from_above,
  cannot_move: m.problem_cannot_move,
  limit_reached: m.problem_limit,
  quota_exceeded: m.problem_quota,
  suspended: m.problem_suspended,
  moved: m.problem_moved,
  second_factor_required: m.problem_second_factor,
  elevation_required: m.problem_elevation,
  wrong_code: m.problem_wrong_code,
  view_as_read_only: m.problem_view_as,
  not_a_person: m.problem_denied,
  unsupported_media_type: m.problem_file_kind,
  exceeds_own_permissions: m.problem_exceeds,
  rate_limited: m.problem_rate_limited,
  too_many_invitations: m.problem_too_many_invitations,
  too_much_at_once: m.problem_too_much_at_once,
  too_much_in_flight: m.problem_too_much_in_flight,
  export_in_progress: m.problem_export_in_progress,
  link_invalid: m.problem_link_invalid,
  sign_in_first: m.problem_sign_in_first,
  other_address: m.problem_other_address,
  wrong_password: m.problem_wrong_password,
  passkey_refused: m.problem_passkey_refused,
  passkeys_unavailable: m.passkey_not_here,
  mail_not_configured: m.problem_mail_not_configured,
  invite_by_mail: m.problem_invite_by_mail,
  conflict: m.problem_conflict,
  idempotency_mismatch: m.problem_conflict,
  site_in_use: m.problem_site_in_use,
  driver_invalid: m.problem_driver_invalid,
  version_not_above: m.problem_version_not_above,
  version_taken: m.problem_version_taken,
  version_not_offered: m.problem_version_not_offered,
  last_owner: m.problem_last_owner,
  retired: m.problem_retired,
  payload_too_large: m.problem_too_large,
  unavailable: m.problem_unavailable,
};

/** The sentence for a person, in the language of the portal. */
export function problemMessage(error: unknown): string {
  if (error instanceof ProblemError)
    return (MESSAGES[error.code] ?? MESSAGES[codeOfStatus(error.status)] ?? m.problem_internal)();
  return m.problem_internal();
}

/** A list request failing with these will fail again; retrying only delays the message. */
export function isFinal(error: unknown): boolean {
  return error instanceof ProblemError && error.status >= 400 && error.status < 500 && error.status !== 429;
}
