/** How an account's people sign in: the provider that says who they are, its domains, and who gets which role. */
import { useState } from "react";
import { useAccount, useAccountId, useMay } from "@/accounts/queries";
import { Button } from "@/design/button";
import { Confirm } from "@/design/dialog";
import { Empty, Load } from "@/design/feedback";
import { Card, Page } from "@/design/page";
import { Badge, CopyLine } from "@/design/text";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { dateTime } from "@/i18n/format";
import { useRoles } from "@/roles/queries";
import { isMade, roleChoices, roleName } from "@/roles/role";
import { WaitingDomains } from "./domains";
import { Examination } from "./examination";
import { ProviderForm } from "./form";
import { type SignInConnection, type SignInDomain, useSignIn, useSignInChanges } from "./queries";
import "./sso.css";

export function SignInPage() {
  const id = useAccountId();
  const account = useAccount();
  const settings = useSignIn(id);
  const mayConfirm = useMay("manage_accounts") && account?.kind === "platform";
  const [editing, setEditing] = useState(false);
  const edit = (
    <Button
      look="primary"
      icon={settings.data?.connection ? "edit" : "plus"}
      onPress={() => setEditing(true)}
    >
      {settings.data?.connection ? m.action_edit() : m.sso_set_up()}
    </Button>
  );
  return (
    <Page
      title={m.sso_title()}
      lead={account && m.sso_lead({ account: account.name })}
      actions={settings.data && edit}
    >
      <Load query={settings}>
        {({ connection, domains, redirect_uris }) => (
          <>
            {connection ? (
              <>
                <Provider connection={connection} redirects={redirect_uris} />
                <Domains domains={domains} />
                <Mapping connection={connection} />
              </>
            ) : (
              <section className="card" aria-label={m.sso_provider()}>
                <Empty icon="shield" title={m.sso_empty_title()} action={edit}>
                  {m.sso_empty_body()}
                </Empty>
              </section>
            )}
            {editing && (
              <ProviderForm
                account={id}
                connection={connection ?? undefined}
                domains={domains.map(({ domain }) => domain)}
                redirects={redirect_uris}
                onClose={() => setEditing(false)}
              />
            )}
          </>
        )}
      </Load>
      {mayConfirm && <WaitingDomains account={id} />}
    </Page>
  );
}

function Provider({ connection, redirects }: { connection: SignInConnection; redirects: string[] }) {
  const id = useAccountId();
  const { remove } = useSignInChanges(id);
  const [removing, setRemoving] = useState(false);
  return (
    <Card
      title={m.sso_provider()}
      actions={
        <Button small icon="trash" onPress={() => setRemoving(true)}>
          {m.sso_remove()}
        </Button>
      }
    >
      <dl className="sso-facts">
        <dt>{m.sso_issuer()}</dt>
        <dd className="mono">{connection.issuer}</dd>
        <dt>{m.sso_client()}</dt>
        <dd className="mono">{connection.client_id}</dd>
        <dt>{m.sso_secret()}</dt>
        <dd>{connection.client_secret_set ? m.sso_secret_kept() : m.sso_secret_none()}</dd>
        <dt>{m.sso_passwords()}</dt>
        <dd>{connection.passwords === "allowed" ? m.sso_passwords_allowed() : m.sso_passwords_refused()}</dd>
      </dl>
      {redirects.map((uri) => (
        <CopyLine key={uri} label={m.sso_redirect()} value={uri} />
      ))}
      <Examination account={id} issuer={connection.issuer} />
      <Confirm
        title={m.sso_remove_title()}
        body={m.sso_remove_body()}
        action={m.sso_remove()}
        open={removing}
        busy={remove.isPending}
        onClose={() => setRemoving(false)}
        onConfirm={() =>
          remove
            .mutateAsync()
            .then(() => toast(m.sso_removed()))
            .catch(toastProblem)
            .finally(() => setRemoving(false))
        }
      />
    </Card>
  );
}

function Domains({ domains }: { domains: SignInDomain[] }) {
  return (
    <Card title={m.sso_domains()} flush>
      {domains.length === 0 ? (
        <p className="sso-none">{m.sso_domains_none()}</p>
      ) : (
        <ul className="sso-rows">
          {domains.map(({ domain, confirmed_at }) => (
            <li key={domain}>
              <span className="mono">{domain}</span>
              {confirmed_at ? (
                <Badge tone="good">{m.sso_confirmed({ at: dateTime(confirmed_at) })}</Badge>
              ) : (
                <Badge tone="warn">{m.sso_waiting()}</Badge>
              )}
            </li>
          ))}
        </ul>
      )}
      {domains.some(({ confirmed_at }) => !confirmed_at) && (
        <p className="sso-none">{m.sso_waiting_lead()}</p>
      )}
    </Card>
  );
}

function Mapping({ connection }: { connection: SignInConnection }) {
  const roles = useRoles(useAccountId()).data ?? [];
  const name = (role: string) => roleChoices(roles).find(({ id }) => id === role)?.name ?? roleName(role);
  return (
    <Card title={m.sso_mapping()} flush>
      <ul className="sso-rows">
        {connection.mapping.map(({ value, role }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rules are known by their place alone
          <li key={at}>
            <span>
              <span className="faint">{connection.claim} = </span>
              <span className="mono">{value}</span>
            </span>
            <span>
              <Badge>{name(role)}</Badge>
              {isMade(role) && (
                <>
                  {" "}
                  <Badge>{m.role_custom()}</Badge>
                </>
              )}
            </span>
          </li>
        ))}
        <li>
          <span>{m.sso_everybody_else()}</span>
          <Badge>{connection.default_role ? name(connection.default_role) : m.sso_no_access()}</Badge>
        </li>
      </ul>
    </Card>
  );
}
