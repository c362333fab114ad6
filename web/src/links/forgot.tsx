/** Asks for the link to a new password. The answer is the same whether anybody has the address. */
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { Form } from "react-aria-components";
import { api, reply } from "@/api/client";
import { problemMessage } from "@/api/problem";
import { Button } from "@/design/button";
import { TextField } from "@/design/fields";
import { m } from "@/i18n";
import { LinkCard, Note } from "./card";

export function ForgotPassword() {
  const navigate = useNavigate();
  const ask = useMutation({
    mutationFn: (email: string) => reply(api.POST("/api/v1/password-reset", { body: { email } })),
  });
  return (
    <LinkCard title={m.forgot_title()}>
      {ask.isSuccess ? (
        <Note>{m.forgot_sent()}</Note>
      ) : (
        <>
          <p className="muted">{m.forgot_lead()}</p>
          {ask.error && <Note bad>{problemMessage(ask.error)}</Note>}
          <Form
            className="signin-form"
            onSubmit={(event: FormEvent<HTMLFormElement>) => {
              event.preventDefault();
              ask.mutate(String(new FormData(event.currentTarget).get("email")).trim());
            }}
          >
            <TextField
              label={m.signin_email()}
              name="email"
              type="email"
              autoComplete="username"
              isRequired
              autoFocus
            />
            <Button look="primary" wide type="submit" isPending={ask.isPending}>
              {m.forgot_action()}
            </Button>
          </Form>
        </>
      )}
      <Button
        look="quiet"
        wide
        onPress={() => navigate({ to: "/sign-in", search: { next: "/", lost: false } })}
      >
        {m.link_to_signin()}
      </Button>
    </LinkCard>
  );
}
