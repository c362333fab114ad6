/** Changes one's own password; the server ends the other sessions with it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Form } from "react-aria-components";
import { api, reply } from "@/api/client";
import { problemMessage } from "@/api/problem";
import { Button } from "@/design/button";
import { TextField } from "@/design/fields";
import { Card } from "@/design/page";
import { toast } from "@/design/toast";
import { m } from "@/i18n";
import { sessionQuery } from "@/session/session";
import "@/session/sign-in.css";

const SHORTEST = 12;

export function PasswordCard() {
  const client = useQueryClient();
  const [present, setPresent] = useState("");
  const [next, setNext] = useState("");
  const change = useMutation({
    mutationFn: () => reply(api.PUT("/api/v1/session/password", { body: { present, new: next } })),
    onSuccess: () => {
      setPresent("");
      setNext("");
      toast(m.password_changed());
      // the notice that asks to look over tokens and passkeys is of the session
      client.invalidateQueries({ queryKey: sessionQuery.queryKey });
      return client.invalidateQueries({ queryKey: ["sessions"] });
    },
  });
  return (
    <Card title={m.password_title()}>
      <Form
        className="signin-form password-form"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <TextField
          label={m.password_present()}
          type="password"
          autoComplete="current-password"
          value={present}
          onChange={setPresent}
          isRequired
        />
        <TextField
          label={m.password_new()}
          hint={m.password_hint()}
          type="password"
          autoComplete="new-password"
          value={next}
          onChange={setNext}
          minLength={SHORTEST}
          isRequired
        />
        {change.error && (
          <p className="signin-note signin-note--bad" role="alert">
            {problemMessage(change.error)}
          </p>
        )}
        <div>
          <Button type="submit" isPending={change.isPending}>
            {m.password_title()}
          </Button>
        </div>
      </Form>
    </Card>
  );
}
