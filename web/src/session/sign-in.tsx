/** Sign-in. On success the operator returns to the address that asked for it. */
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { Form } from "react-aria-components";
import { api, reply, setCsrf } from "@/api/client";
import { problemMessage } from "@/api/problem";
import { Preferences } from "@/app/preferences";
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
  useEffect(() => {
    document.title = `${m.signin_title()} · Bailiwick`;
  }, []);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setProblem(undefined);
    try {
      const body = { email: String(form.get("email")), password: String(form.get("password")) };
      const signedIn = await reply(api.POST("/api/v1/session", { body }));
      setCsrf(signedIn.csrf);
      client.clear();
      router.history.push(next);
    } catch (error) {
      setProblem(problemMessage(error));
      setBusy(false);
    }
  }

  return (
    <main className="signin" id="main">
      <div className="signin-card card">
        <div className="brand">
          <img src="/mark.svg" alt="" />
          Bailiwick
        </div>
        <h1>{m.signin_title()}</h1>
        {lost && !problem && <p className="signin-note">{m.signin_lost()}</p>}
        {problem && (
          <p className="signin-note signin-note--bad" role="alert">
            {problem}
          </p>
        )}
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
        <Button look="quiet" wide onPress={() => router.navigate({ to: "/forgot-password" })}>
          {m.forgot_title()}
        </Button>
      </div>
      <footer className="signin-foot">
        <Preferences />
      </footer>
    </main>
  );
}
