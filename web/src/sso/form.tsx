/** Sets a provider up. Its secret is typed here and never shown again. */
import { type FormEvent, useState } from "react";
import { Form } from "react-aria-components";
import { Button, IconButton } from "@/design/button";
import { Dialog } from "@/design/dialog";
import { Select, TextField } from "@/design/fields";
import { CopyLine } from "@/design/text";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { useRoles } from "@/roles/queries";
import { roleChoices } from "@/roles/role";
import { Examination } from "./examination";
import { type SignInConnection, useSignInChanges } from "./queries";

const NO_ROLE = "none";

type Props = {
  account: string;
  connection: SignInConnection | undefined;
  domains: string[];
  redirects: string[];
  onClose: () => void;
};

/** Words separated by commas, blanks or lines. */
function wordsOf(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter(Boolean))];
}

export function ProviderForm({ account, connection, domains, redirects, onClose }: Props) {
  const { set } = useSignInChanges(account);
  const roles = roleChoices(useRoles(account).data ?? []).filter(({ id }) => id !== "owner");
  const [issuer, setIssuer] = useState(connection?.issuer ?? "");
  const [clientId, setClientId] = useState(connection?.client_id ?? "");
  const [secret, setSecret] = useState("");
  const [names, setNames] = useState(domains.join(", "));
  const [claim, setClaim] = useState(connection?.claim ?? "groups");
  const [scopes, setScopes] = useState(connection?.scopes.join(" ") ?? "");
  const [rules, setRules] = useState(() =>
    (connection?.mapping ?? []).map((rule, key) => ({ ...rule, key })),
  );
  const [fallback, setFallback] = useState(connection?.default_role ?? NO_ROLE);
  const [passwords, setPasswords] = useState(connection?.passwords ?? "refused");
  const moved =
    connection && (connection.issuer !== issuer.trim() || connection.client_id !== clientId.trim());

  async function submit(event: FormEvent) {
    event.preventDefault();
    try {
      await set.mutateAsync({
        issuer: issuer.trim(),
        client_id: clientId.trim(),
        ...(secret && { client_secret: secret }),
        scopes: wordsOf(scopes),
        claim: claim.trim(),
        mapping: rules.map(({ value, role }) => ({ value: value.trim(), role })),
        default_role: fallback === NO_ROLE ? null : fallback,
        passwords,
        domains: wordsOf(names.toLowerCase()),
      });
      toast(m.sso_saved());
      onClose();
    } catch (error) {
      toastProblem(error);
    }
  }

  function change(key: number, next: { value?: string; role?: string }) {
    setRules(rules.map((rule) => (rule.key === key ? { ...rule, ...next } : rule)));
  }

  return (
    <Dialog title={connection ? m.sso_edit_title() : m.sso_set_up()} open onClose={onClose} wide>
      <Form className="dialog-body" onSubmit={submit}>
        {redirects.map((uri) => (
          <CopyLine key={uri} label={m.sso_redirect()} value={uri} />
        ))}
        <TextField
          label={m.sso_issuer()}
          hint={m.sso_issuer_hint()}
          value={issuer}
          onChange={setIssuer}
          type="url"
          isRequired
          autoFocus
          autoComplete="off"
        />
        <Examination account={account} issuer={issuer.trim()} />
        <TextField
          label={m.sso_client()}
          value={clientId}
          onChange={setClientId}
          isRequired
          autoComplete="off"
        />
        <TextField
          label={m.sso_secret()}
          hint={connection?.client_secret_set && !moved ? m.sso_secret_hint() : m.sso_secret_new_hint()}
          value={secret}
          onChange={setSecret}
          type="password"
          autoComplete="off"
        />
        <TextField
          label={m.sso_domains()}
          hint={m.sso_domains_hint()}
          value={names}
          onChange={setNames}
          isRequired
          autoComplete="off"
        />
        <fieldset className="sso-mapping">
          <legend className="label">{m.sso_mapping()}</legend>
          <p className="hint">{m.sso_mapping_hint()}</p>
          <TextField label={m.sso_claim()} value={claim} onChange={setClaim} isRequired autoComplete="off" />
          {rules.map(({ key, value, role }) => (
            <div key={key} className="sso-rule">
              <TextField
                label={m.sso_value()}
                value={value}
                onChange={(next) => change(key, { value: next })}
                isRequired
                autoComplete="off"
              />
              <Select
                label={m.col_role()}
                choices={roles}
                value={role}
                onChange={(next) => change(key, { role: next })}
              />
              <IconButton
                icon="trash"
                label={m.sso_rule_remove({ value })}
                onPress={() => setRules(rules.filter((rule) => rule.key !== key))}
              />
            </div>
          ))}
          <Button
            small
            icon="plus"
            onPress={() => {
              const key = Math.max(-1, ...rules.map((rule) => rule.key)) + 1;
              setRules([...rules, { key, value: "", role: "viewer" }]);
            }}
          >
            {m.sso_rule_add()}
          </Button>
          <Select
            label={m.sso_everybody_else()}
            choices={[{ id: NO_ROLE, name: m.sso_no_access() }, ...roles]}
            value={fallback}
            onChange={setFallback}
          />
        </fieldset>
        <Select
          label={m.sso_passwords()}
          choices={[
            { id: "refused", name: m.sso_passwords_refused() },
            { id: "allowed", name: m.sso_passwords_allowed() },
          ]}
          value={passwords}
          onChange={(next) => setPasswords(next as typeof passwords)}
        />
        <TextField
          label={m.sso_scopes()}
          hint={m.sso_scopes_hint()}
          value={scopes}
          onChange={setScopes}
          autoComplete="off"
        />
        {moved && (
          <p className="notice" role="status">
            {m.sso_moved()}
          </p>
        )}
        <div className="dialog-actions">
          <Button onPress={onClose}>{m.action_cancel()}</Button>
          <Button look="primary" type="submit" isPending={set.isPending}>
            {m.action_save()}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
