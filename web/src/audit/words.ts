/** What the log's actions, kinds of actors and objects, and background jobs are called. Unknown ones stay readable. */
import { readable } from "@/devices/words";
import { m } from "@/i18n";

const KINDS: Record<string, () => string> = {
  account: m.audit_kind_account,
  operator: m.audit_kind_operator,
  token: m.audit_kind_token,
  collector: m.audit_kind_collector,
  device: m.audit_kind_device,
  alert: m.audit_kind_alert,
  driver: m.audit_kind_driver,
  grant: m.audit_kind_grant,
  role: m.audit_kind_role,
  restrictions: m.audit_kind_restrictions,
  session: m.audit_kind_session,
  site: m.audit_kind_site,
  group: m.audit_kind_group,
  enrollment: m.audit_kind_enrollment,
  elevation: m.audit_kind_elevation,
  view_as: m.audit_kind_view,
  look: m.audit_kind_look,
  quotas: m.quotas_title,
  egress: m.nav_connections,
  egress_host: m.egress_host,
  invitation: m.mail_invitation,
  branding: m.audit_kind_branding,
  system: m.audit_kind_system,
  collector_token: m.audit_kind_collector_token,
  export: m.exports_title,
  sign_in: m.sso_title,
  passkey: m.audit_kind_passkey,
  audit_entry: m.audit_kind_entry,
};

export function kindWord(kind: string): string {
  return KINDS[kind]?.() ?? readable(kind);
}

/** Every action that the server writes; a test reads them from its sources. */
const ACTIONS: Record<string, () => string> = {
  "account.created": m.audit_did_account_created,
  "account.deletion_cancelled": m.audit_did_account_deletion_cancelled,
  "account.deletion_requested": m.audit_did_account_deletion_requested,
  "account.erased": m.audit_did_account_erased,
  "account.export_fetched": m.audit_did_account_export_fetched,
  "account.export_requested": m.audit_did_account_export_requested,
  "account.exported": m.audit_did_account_exported,
  "account.move_requested": m.audit_did_account_move_requested,
  "account.moved": m.audit_did_account_moved,
  "account.moved_away": m.audit_did_account_moved_away,
  "account.moved_here": m.audit_did_account_moved_here,
  "account.renamed": m.audit_did_account_renamed,
  "account.resumed": m.audit_did_account_resumed,
  "account.suspended": m.audit_did_account_suspended,
  "alert.acknowledged": m.audit_did_alert_acknowledged,
  "audit.erased": m.audit_did_audit_erased,
  "branding.changed": m.audit_did_branding_changed,
  "branding.host_changed": m.audit_did_branding_host_changed,
  "collector.enrolled": m.audit_did_collector_enrolled,
  "collector.revoked": m.audit_did_collector_revoked,
  "collector.scan_requested": m.audit_did_collector_scan_requested,
  "collector.token_created": m.audit_did_collector_token_created,
  "device.restored": m.audit_did_device_restored,
  "device.retired": m.audit_did_device_retired,
  "device.updated": m.audit_did_device_updated,
  "driver.grant_revoked": m.audit_did_driver_grant_revoked,
  "driver.granted": m.audit_did_driver_granted,
  "driver.installed": m.audit_did_driver_installed,
  "egress.allowed": m.audit_did_egress_allowed,
  "egress.denied": m.audit_did_egress_denied,
  "elevation.began": m.audit_did_elevation_began,
  "elevation.ended": m.audit_did_elevation_ended,
  "grant.changed": m.audit_did_grant_changed,
  "grant.given": m.audit_did_grant_given,
  "grant.removed": m.audit_did_grant_removed,
  "group.created": m.audit_did_group_created,
  "group.deleted": m.audit_did_group_deleted,
  "group.device_added": m.audit_did_group_device_added,
  "group.device_removed": m.audit_did_group_device_removed,
  "group.renamed": m.audit_did_group_renamed,
  "invitation.accepted": m.audit_did_invitation_accepted,
  "invitation.created": m.audit_did_invitation_created,
  "invitation.revoked": m.audit_did_invitation_revoked,
  "look.audit": m.audit_did_look_audit,
  "look.devices": m.audit_did_look_devices,
  "look.export": m.audit_did_look_export,
  "look.operators": m.audit_did_look_operators,
  "operator.added": m.audit_did_operator_added,
  "operator.changed": m.audit_did_operator_changed,
  "operator.code_refused": m.audit_did_operator_code_refused,
  "operator.joined": m.audit_did_operator_joined,
  "operator.passkey_added": m.audit_did_operator_passkey_added,
  "operator.passkey_begun": m.audit_did_operator_passkey_begun,
  "operator.passkey_refused": m.audit_did_operator_passkey_refused,
  "operator.passkey_removed": m.audit_did_operator_passkey_removed,
  "operator.passkey_renamed": m.audit_did_operator_passkey_renamed,
  "operator.passkey_used": m.audit_did_operator_passkey_used,
  "operator.password_changed": m.audit_did_operator_password_changed,
  "operator.password_reset": m.audit_did_operator_password_reset,
  "operator.password_reset_mailed": m.audit_did_operator_password_reset_mailed,
  "operator.recovery_codes_renewed": m.audit_did_operator_recovery_codes_renewed,
  "operator.second_factor_begun": m.audit_did_operator_second_factor_begun,
  "operator.second_factor_removed": m.audit_did_operator_second_factor_removed,
  "operator.second_factor_set_up": m.audit_did_operator_second_factor_set_up,
  "policy.changed": m.audit_did_policy_changed,
  "quotas.changed": m.audit_did_quotas_changed,
  "restrictions.changed": m.audit_did_restrictions_changed,
  "role.changed": m.audit_did_role_changed,
  "role.created": m.audit_did_role_created,
  "role.deleted": m.audit_did_role_deleted,
  "session.code_asked": m.audit_did_session_code_asked,
  "session.ended": m.audit_did_session_ended,
  "session.others_ended": m.audit_did_session_others_ended,
  "session.started": m.audit_did_session_started,
  "sign_in.configured": m.audit_did_sign_in_configured,
  "sign_in.domain_confirmed": m.audit_did_sign_in_domain_confirmed,
  "sign_in.domain_withdrawn": m.audit_did_sign_in_domain_withdrawn,
  "sign_in.linked": m.audit_did_sign_in_linked,
  "sign_in.refused": m.audit_did_sign_in_refused,
  "sign_in.removed": m.audit_did_sign_in_removed,
  "site.created": m.audit_did_site_created,
  "site.deleted": m.audit_did_site_deleted,
  "site.updated": m.audit_did_site_updated,
  "token.created": m.audit_did_token_created,
  "token.revoked": m.audit_did_token_revoked,
  "view_as.began": m.audit_did_view_as_began,
  "view_as.ended": m.audit_did_view_as_ended,
};

/** What was done, as a phrase: `account.moved_away` is "Account moved away". */
export function actionWord(action: string): string {
  return ACTIONS[action]?.() ?? readable(action.replaceAll(".", " "));
}

export function hasActionWord(action: string): boolean {
  return action in ACTIONS;
}

/** What the platform does by itself, by the name that its entries carry. */
const JOBS: Record<string, () => string> = {
  "account-erasure": m.audit_job_account_erasure,
  "account-export": m.audit_job_account_export,
  "account-move": m.audit_job_account_move,
  "audit-sealing": m.audit_job_audit_sealing,
  "command-line": m.audit_job_command_line,
  "export-expiry": m.audit_job_export_expiry,
  invitation: m.audit_job_invitation,
  mail: m.audit_job_mail,
  "password-reset": m.audit_job_password_reset,
  retention: m.audit_job_retention,
  schedule: m.audit_job_schedule,
  "single-sign-on": m.audit_job_single_sign_on,
};

export function jobWord(name: string): string {
  return JOBS[name]?.() ?? m.audit_job_other({ name: readable(name) });
}
