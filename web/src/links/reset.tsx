/** Sets a new password by the link of a mail. */
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, reply } from "@/api/client";
import { problemMessage } from "@/api/problem";
import { Button } from "@/design/button";
import { TextField } from "@/design/fields";
import { Form } from "@/design/form";
import { m } from "@/i18n";
import { LinkCard, Note } from "./card";
import { forgetToken, takeToken } from "./token";

const SHORTEST = 12;

export function ResetPassword() {
  const navigate = useNavigate();
  const [token] = useState(() => takeToken("reset"));
  const set = useMutation({
    mutationFn: (password: string) =>
      reply(api.POST("/api/v1/password-reset/confirm", { body: { token: token ?? "", password } })),
    onSuccess: () => forgetToken("reset"),
  });
  const [problem, setProblem] = useState<unknown>();
  const toSignIn = () => navigate({ to: "/sign-in", search: { next: "/", lost: false } });
  if (set.isSuccess) {
    return (
      <LinkCard title={m.reset_title()}>
        <Note>{m.reset_done()}</Note>
        <Button look="primary" wide onPress={toSignIn}>
          {m.signin_action()}
        </Button>
      </LinkCard>
    );
  }
  if (!token) {
    return (
      <LinkCard title={m.reset_title()}>
        <Note bad>{m.problem_link_invalid()}</Note>
        <Button wide onPress={() => navigate({ to: "/forgot-password" })}>
          {m.forgot_title()}
        </Button>
      </LinkCard>
    );
  }
  return (
    <LinkCard title={m.reset_title()}>
      {problem !== undefined && <Note bad>{problemMessage(problem)}</Note>}
      <Form
        className="signin-form"
        tell={setProblem}
        onSubmit={(event) => {
          setProblem(undefined);
          return set.mutateAsync(String(new FormData(event.currentTarget).get("password")));
        }}
      >
        <TextField
          label={m.password_new()}
          hint={m.password_rule()}
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={SHORTEST}
          isRequired
          autoFocus
        />
        <Button look="primary" wide type="submit" isPending={set.isPending}>
          {m.reset_action()}
        </Button>
      </Form>
    </LinkCard>
  );
}
