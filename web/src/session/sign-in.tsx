/**
 * Sign-in: by a passkey, or by password and where one is set up by a code or a passkey too. On success the operator returns to the address that asked for it.
 */
import { browserSupportsWebAuthnAutofill } from "@simplewebauthn/browser";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Form } from "react-aria-components";
import { api, reply, setCsrf } from "@/api/client";
import { ProblemError, problemMessage } from "@/api/problem";
import type { Challenge, PasskeyAnswer, SignedIn } from "@/api/types";
import { Preferences } from "@/app/preferences";
import { HelpLinks } from "@/branding/help";
import { Mark } from "@/branding/mark";
import { portalBrandQuery } from "@/branding/queries";
import { usePageTitle, useWear } from "@/branding/worn";
import { Button } from "@/design/button";
import { TextField } from "@/design/fields";
import { m } from "@/i18n";
import { takeChallenge } from "@/sso/challenge";
import { SsoOffer } from "@/sso/offer";
import { answer, giveUp, PasskeyCancelled, signInChallenge } from "./webauthn";
import "./sign-in.css";

const route = getRouteApi("/sign-in");

/** A challenge lasts five minutes; somebody may look at this page for longer. */
const OFFER_AGAIN_MS = 4 * 60_000;

function passkeyProblem(error: unknown): string {
  if (error instanceof PasskeyCancelled) return m.passkey_cancelled();
  const refused = error instanceof ProblemError && error.code === "invalid_credentials";
  return refused ? m.signin_passkey_refused() : problemMessage(error);
}

export function SignIn() {
  const { next, lost } = route.useSearch();
  const router = useRouter();
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [challenge, setChallenge] = useState(takeChallenge);
  const [email, setEmail] = useState("");
  const [passkeys, setPasskeys] = useState(false);
  const asking = useRef(false);
  usePageTitle(m.signin_title());
  useWear(useQuery(portalBrandQuery).data);

  // the browser offers passkeys where one types one's address, and says nothing until one is chosen
  // biome-ignore lint/correctness/useExhaustiveDependencies: once a page
  useEffect(() => {
    let gone = false;
    async function offer() {
      if (asking.current) return;
      const asked = await signInChallenge();
      if (!asked || gone || asking.current) return;
      setPasskeys(true);
      if (!(await browserSupportsWebAuthnAutofill()) || gone) return;
      const chosen = await answer(asked, true).catch(() => undefined);
      if (chosen && !gone) await enter(Promise.resolve(chosen));
    }
    offer();
    // in time before the question is over
    const again = setInterval(offer, OFFER_AGAIN_MS);
    return () => {
      gone = true;
      clearInterval(again);
      giveUp();
    };
  }, []);

  /** A passkey by the browser's own window. */
  async function byPasskey(): Promise<PasskeyAnswer> {
    const asked = await signInChallenge();
    if (!asked) throw new PasskeyCancelled();
    return answer(asked);
  }

  /** Signs in with a passkey alone, or ends a sign-in that waits for a second step. */
  async function enter(chosen: Promise<PasskeyAnswer>) {
    asking.current = true;
    setBusy(true);
    setProblem(undefined);
    try {
      const passkey = await chosen;
      go(
        challenge === undefined
          ? await reply(api.POST("/api/v1/session/passkey", { body: passkey }))
          : await reply(api.POST("/api/v1/session/second-factor", { body: { challenge, passkey } })),
      );
    } catch (error) {
      setProblem(passkeyProblem(error));
      setBusy(false);
    }
    asking.current = false;
  }

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setProblem(undefined);
    try {
      const body = { email: String(form.get("email")), password: String(form.get("password")) };
      const answer = await reply<SignedIn | Challenge>(api.POST("/api/v1/session", { body }));
      if ("challenge" in answer) {
        setChallenge(answer.challenge);
        setBusy(false);
      } else {
        go(answer);
      }
    } catch (error) {
      setProblem(problemMessage(error));
      setBusy(false);
    }
  }

  async function prove(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget).get("code"));
    setBusy(true);
    setProblem(undefined);
    try {
      go(
        await reply(
          api.POST("/api/v1/session/second-factor", { body: { challenge: challenge ?? "", code } }),
        ),
      );
    } catch (error) {
      const refused = error instanceof ProblemError && error.code === "invalid_credentials";
      setProblem(refused ? m.signin_code_refused() : problemMessage(error));
      setBusy(false);
    }
  }

  function go(signedIn: SignedIn) {
    setCsrf(signedIn.csrf);
    client.clear();
    router.history.push(next);
  }

  return (
    <main className="signin" id="main">
      <div className="signin-card card">
        <div className="brand">
          <Mark />
        </div>
        <h1>{m.signin_title()}</h1>
        {lost && !problem && <p className="signin-note">{m.signin_lost()}</p>}
        {problem && (
          <p className="signin-note signin-note--bad" role="alert">
            {problem}
          </p>
        )}
        {challenge === undefined ? (
          <Form className="signin-form" onSubmit={submit}>
            <TextField
              label={m.signin_email()}
              name="email"
              type="email"
              autoComplete="username webauthn"
              value={email}
              onChange={setEmail}
              isRequired
              autoFocus
            />
            <SsoOffer email={email} next={next} onProblem={setProblem} />
            <TextField
              label={m.signin_password()}
              name="password"
              type="password"
              autoComplete="current-password"
              isRequired
            />
            <Button look="primary" wide type="submit" isPending={busy}>
              {m.signin_action()}
            </Button>
          </Form>
        ) : (
          <Form key="code" className="signin-form" onSubmit={prove}>
            <TextField
              label={m.signin_code()}
              hint={m.signin_code_hint()}
              name="code"
              autoComplete="one-time-code"
              isRequired
              autoFocus
            />
            <Button look="primary" wide type="submit" isPending={busy}>
              {m.signin_action()}
            </Button>
            {passkeys && (
              <Button wide icon="key" onPress={() => enter(byPasskey())} isDisabled={busy}>
                {m.passkey_instead()}
              </Button>
            )}
            <Button
              wide
              onPress={() => {
                setChallenge(undefined);
                setProblem(undefined);
              }}
            >
              {m.signin_again()}
            </Button>
          </Form>
        )}
        {challenge === undefined && passkeys && (
          <Button wide icon="key" onPress={() => enter(byPasskey())} isDisabled={busy}>
            {m.signin_passkey()}
          </Button>
        )}
        {challenge === undefined && (
          <Button look="quiet" wide onPress={() => router.navigate({ to: "/forgot-password" })}>
            {m.forgot_title()}
          </Button>
        )}
      </div>
      <footer className="signin-foot">
        <HelpLinks />
        <Preferences />
      </footer>
    </main>
  );
}
