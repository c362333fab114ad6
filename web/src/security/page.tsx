/** One's own sign-in: passkeys, authenticator app, password, API tokens, and where one is signed in. */
import { Page } from "@/design/page";
import { m } from "@/i18n";
import { useSession } from "@/session/session";
import { OwnLink } from "@/sso/own-link";
import { AuthenticatorCard } from "./authenticator";
import { PasskeyCard } from "./passkeys";
import { PasswordCard } from "./password";
import { ReviewNotice } from "./review";
import { SessionCard } from "./sessions";
import { OwnTokenCard } from "./tokens";
import "./security.css";

export function SecurityPage() {
  const session = useSession();
  return (
    <Page title={m.security_title()} lead={session?.operator.email}>
      <ReviewNotice />
      <PasskeyCard />
      <AuthenticatorCard />
      <PasswordCard />
      <OwnLink />
      <OwnTokenCard />
      <SessionCard />
    </Page>
  );
}
