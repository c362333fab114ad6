/** Where a sign-in provider leads back to: its answer is handed to the server, and the operator goes on. */
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api, reply, setCsrf } from "@/api/client";
import { Button } from "@/design/button";
import { m } from "@/i18n";
import { LinkCard, Note } from "@/links/card";
import { safeNext } from "@/session/session";
import { takeAnswer } from "./answer";
import { keepChallenge } from "./challenge";
import { ssoMessage } from "./words";

export function SsoCallback() {
  const navigate = useNavigate();
  const router = useRouter();
  const client = useQueryClient();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    const answer = takeAnswer();
    if (!answer) {
      // a second visit, such as by the browser's back button
      setProblem((known) => known ?? m.sso_over());
      return;
    }
    reply(api.POST("/api/v1/session/sso/finish", { body: answer }))
      .then((done) => {
        const next = safeNext(done.return_to);
        if (done.challenge) {
          keepChallenge(done.challenge.challenge);
          return navigate({ to: "/sign-in", search: { next, lost: false }, replace: true });
        }
        if (done.session) {
          setCsrf(done.session.csrf);
          client.clear();
        }
        router.history.replace(next);
      })
      .catch((error) => setProblem(ssoMessage(error)));
  }, [navigate, router, client]);
  if (problem === undefined) {
    return (
      <LinkCard title={m.signin_title()}>
        <Note>{m.sso_finishing()}</Note>
      </LinkCard>
    );
  }
  return (
    <LinkCard title={m.signin_title()}>
      <Note bad>{problem}</Note>
      <Button
        look="primary"
        wide
        onPress={() => navigate({ to: "/sign-in", search: { next: "/", lost: false } })}
      >
        {m.signin_again()}
      </Button>
    </LinkCard>
  );
}
