/** Sign-in, by password and where one is set up by a code too. On success the operator returns to the address that asked for it. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { Form } from "react-aria-components";
import { api, reply, setCsrf } from "@/api/client";
import { ProblemError, problemMessage } from "@/api/problem";
import type { Challenge, SignedIn } from "@/api/types";
import { Preferences } from "@/app/preferences";
import { HelpLinks } from "@/branding/help";
import { Mark } from "@/branding/mark";
import { portalBrandQuery } from "@/branding/queries";
import { usePageTitle, useWear } from "@/branding/worn";
import { Button } from "@/design/button";
import { TextField } from "@/design/fields";
import { m } from "@/i18n";
import "./sign-in.css";

const route = getRouteApi("/sign-in");

export function SignIn() {
  const { next, lost } = route.useSearch();
  const router = useRouter();
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [challenge, setChallenge] = useState<string>();
  usePageTitle(m.signin_title());
  useWear(useQuery(portalBrandQuery).data);

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
              autoComplete="username"
              isRequired
              autoFocus
            />
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
