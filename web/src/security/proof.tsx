/**
 * Asks for a fresh proof that one is oneself: a password or a code by hand, or a passkey in their place.
 * Fields of the caller's own stand above it and go with either.
 */
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useRef, useState } from "react";
import { Form } from "react-aria-components";
import { problemMessage } from "@/api/problem";
import type { PasskeyAnswer } from "@/api/types";
import { Button } from "@/design/button";
import { TextField } from "@/design/fields";
import { m } from "@/i18n";
import { answer, ownChallenge, PasskeyCancelled } from "@/session/webauthn";
import { passkeysQuery, usableHere } from "./queries";

export type Proof = { password: string } | { code: string } | { passkey: PasskeyAnswer };

type Props = {
  by: "password" | "code";
  action: string;
  look?: "primary" | "danger";
  busy: boolean;
  error: unknown;
  onProof: (proof: Proof) => void;
  onClose: () => void;
  children?: ReactNode;
};

/** The sentence for what went wrong with a proof. */
export function proofMessage(error: unknown): string {
  return error instanceof PasskeyCancelled ? m.passkey_cancelled() : problemMessage(error);
}

export function ProofForm({ by, action, look = "primary", busy, error, onProof, onClose, children }: Props) {
  const { data: passkeys } = useQuery(passkeysQuery);
  const form = useRef<HTMLFormElement>(null);
  const [typed, setTyped] = useState("");
  const [asking, setAsking] = useState(false);
  const [failure, setFailure] = useState<unknown>();

  async function byPasskey() {
    // the proof by hand may stay empty, the caller's own fields may not
    const own = [...(form.current?.elements ?? [])].filter((field) => field instanceof HTMLInputElement);
    if (own.some((field) => field.name !== "proof" && !field.reportValidity())) return;
    setAsking(true);
    setFailure(undefined);
    try {
      onProof({ passkey: await answer(await ownChallenge()) });
    } catch (cause) {
      setFailure(cause);
    }
    setAsking(false);
  }

  const wrong = failure ?? error;
  return (
    <Form
      ref={form}
      className="dialog-body"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        setFailure(undefined);
        onProof(by === "password" ? { password: typed } : { code: typed });
      }}
    >
      {children}
      {by === "password" ? (
        <TextField
          label={m.password_present()}
          type="password"
          name="proof"
          autoComplete="current-password"
          value={typed}
          onChange={setTyped}
          isRequired
        />
      ) : (
        <TextField
          label={m.signin_code()}
          hint={m.signin_code_hint()}
          name="proof"
          autoComplete="one-time-code"
          value={typed}
          onChange={setTyped}
          isRequired
        />
      )}
      {usableHere(passkeys) && (
        <div>
          <Button icon="key" onPress={byPasskey} isPending={asking}>
            {m.passkey_instead()}
          </Button>
        </div>
      )}
      {wrong !== undefined && wrong !== null && (
        <p className="signin-note signin-note--bad" role="alert">
          {proofMessage(wrong)}
        </p>
      )}
      <div className="dialog-actions">
        <Button onPress={onClose}>{m.action_cancel()}</Button>
        <Button look={look} type="submit" isPending={busy}>
          {action}
        </Button>
      </div>
    </Form>
  );
}
