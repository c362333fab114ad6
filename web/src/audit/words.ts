/** What the kinds of actors and objects in the log are called. Unknown ones stay readable. */
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
};

export function kindWord(kind: string): string {
  return KINDS[kind]?.() ?? readable(kind);
}
