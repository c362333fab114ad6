/** A look at the provider: whether it is reached, and what to do where it is not. */
import { useMay } from "@/accounts/queries";
import { problemMessage } from "@/api/problem";
import { Button } from "@/design/button";
import { toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { useSignInChanges } from "./queries";
import { foundMessage } from "./words";

export function Examination({ account, issuer }: { account: string; issuer: string }) {
  const { test, allow } = useSignInChanges(account);
  const mayAllow = useMay("manage_egress");
  const found = test.data;

  async function allowAll() {
    try {
      for (const host of found?.missing_hosts ?? []) await allow.mutateAsync(host);
      test.mutate(issuer);
    } catch (error) {
      toastProblem(error);
    }
  }

  return (
    <div className="sso-test">
      <Button
        icon="refresh"
        isDisabled={!issuer}
        onPress={() => test.mutate(issuer)}
        isPending={test.isPending}
      >
        {m.sso_test()}
      </Button>
      <div role="status" className="sso-found">
        {test.error && <p className="sso-bad">{problemMessage(test.error)}</p>}
        {found && !found.problem && found.missing_hosts.length === 0 && (
          <p className="sso-good">{m.sso_found_fine()}</p>
        )}
        {found?.problem && <p className="sso-bad">{foundMessage(found.problem)}</p>}
        {found && found.missing_hosts.length > 0 && (
          <>
            <p>{m.sso_missing()}</p>
            <ul className="mono">
              {found.missing_hosts.map(({ host, port }) => (
                <li key={`${host}:${port}`}>{`${host}:${port}`}</li>
              ))}
            </ul>
            {mayAllow ? (
              <Button small onPress={allowAll} isPending={allow.isPending}>
                {m.sso_allow()}
              </Button>
            ) : (
              <p className="muted">{m.sso_allow_ask()}</p>
            )}
          </>
        )}
        {found?.detail && <p className="faint" lang="en">{`${found.problem}: ${found.detail}`}</p>}
      </div>
    </div>
  );
}
