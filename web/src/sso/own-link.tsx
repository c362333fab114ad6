/** For who signs in by password and whose address a provider signs in: connects the two. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, reply } from "@/api/client";
import { Button } from "@/design/button";
import { Card } from "@/design/page";
import { toast } from "@/design/toast";
import { m } from "@/i18n";
import { useSession } from "@/session/session";
import { domainOf } from "./offer";
import { ssoMessage } from "./words";

export function OwnLink() {
  const email = useSession()?.operator.email ?? "";
  const domain = domainOf(email);
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
    try {
      const body = { return_to: window.location.pathname };
      const { url } = await reply(api.POST("/api/v1/session/sso/link", { body }));
      window.location.assign(url);
    } catch (error) {
      toast(ssoMessage(error));
      setBusy(false);
    }
  }

  return (
    <Card
      title={m.sso_title()}
      actions={
        <Button small onPress={go} isPending={busy}>
          {m.sso_connect()}
        </Button>
      }
    >
      <p className="muted">{m.sso_connect_lead({ domain })}</p>
    </Card>
  );
}
