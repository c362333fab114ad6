/**
 * On the sign-in page: where the typed address is of a domain that a provider signs in, the way there. The server is told
 * the domain alone, and says nothing of any person.
 */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, reply } from "@/api/client";
import { Button } from "@/design/button";
import { m } from "@/i18n";
import { ssoMessage } from "./words";

/** The part behind the `@`, once it looks like one. */
export function domainOf(email: string): string | undefined {
  return /^[^@\s]+@([^@\s.]+(?:\.[^@\s.]+)+)$/.exec(email.trim())?.[1]?.toLowerCase();
}

type Props = { email: string; next: string; onProblem: (problem: string | undefined) => void };

export function SsoOffer({ email, next, onProblem }: Props) {
  const domain = useSettled(domainOf(email));
  const [busy, setBusy] = useState(false);
  const offer = useQuery({
    queryKey: ["sso-offer", domain],
    queryFn: () => reply(api.POST("/api/v1/session/sso/offer", { body: { domain: domain ?? "" } })),
    enabled: domain !== undefined,
    retry: false,
  });
  if (!domain || !offer.data?.offered) return null;

  async function go() {
    setBusy(true);
    onProblem(undefined);
    try {
      const body = { email: email.trim(), return_to: next };
      const { url } = await reply(api.POST("/api/v1/session/sso", { body }));
      window.location.assign(url);
    } catch (error) {
      onProblem(ssoMessage(error));
      setBusy(false);
    }
  }

  return (
    <div className="signin-offer" role="status">
      <Button look="primary" wide icon="shield" onPress={go} isPending={busy}>
        {m.sso_continue()}
      </Button>
      <p className="signin-or">{m.sso_or_password()}</p>
    </div>
  );
}

/** The value, once nobody types any more. */
function useSettled(value: string | undefined): string | undefined {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), 300);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
