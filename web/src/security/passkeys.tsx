/** One's own passkeys: added with a proof, renamed, removed. */
import { browserSupportsWebAuthn } from "@simplewebauthn/browser";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Form } from "react-aria-components";
import { api, reply } from "@/api/client";
import type { Passkey } from "@/api/types";
import { Button, IconButton } from "@/design/button";
import { Confirm, Dialog } from "@/design/dialog";
import { Empty, Load } from "@/design/feedback";
import { TextField } from "@/design/fields";
import { Card } from "@/design/page";
import { Ago } from "@/design/text";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { date } from "@/i18n/format";
import { answerable, make, PasskeyCancelled } from "@/session/webauthn";
import { type Proof, ProofForm } from "./proof";
import { factorsQuery, passkeysQuery } from "./queries";

const LONGEST = 60;

export function PasskeyCard() {
  const passkeys = useQuery(passkeysQuery);
  const [adding, setAdding] = useState(false);
  const add = browserSupportsWebAuthn() && (
    <Button icon="plus" onPress={() => setAdding(true)}>
      {m.passkey_add()}
    </Button>
  );
  return (
    <Card title={m.passkeys_title()} actions={passkeys.data?.length ? add : undefined} flush>
      <Load query={passkeys} rows={2}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty icon="key" title={m.passkeys_empty_title()} action={add}>
              {browserSupportsWebAuthn() ? m.passkeys_empty_body() : m.passkeys_unsupported()}
            </Empty>
          ) : (
            <PasskeyTable passkeys={rows} />
          )
        }
      </Load>
      {adding && <NewPasskey onClose={() => setAdding(false)} />}
    </Card>
  );
}

function PasskeyTable({ passkeys }: { passkeys: Passkey[] }) {
  const client = useQueryClient();
  const [renaming, setRenaming] = useState<Passkey>();
  const [removing, setRemoving] = useState<Passkey>();
  const remove = useMutation({
    mutationFn: (id: string) =>
      reply(api.DELETE("/api/v1/session/passkeys/{passkey_id}", { params: { path: { passkey_id: id } } })),
    onSuccess: () => {
      toast(m.passkey_removed());
      setRemoving(undefined);
      return client.invalidateQueries({ queryKey: passkeysQuery.queryKey });
    },
    onError: toastProblem,
  });
  return (
    <>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{m.col_name()}</th>
            <th scope="col">{m.passkey_host()}</th>
            <th scope="col">{m.col_created()}</th>
            <th scope="col">{m.col_last_used()}</th>
            <th scope="col">
              <span className="sr-only">{m.col_actions()}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {passkeys.map((passkey) => (
            <tr key={passkey.id}>
              <td>
                <strong>{passkey.name}</strong>
              </td>
              <td className="mono">{passkey.host}</td>
              <td className="nowrap">{date(passkey.created_at)}</td>
              <td>
                <Ago at={passkey.last_used_at} />
              </td>
              <td>
                <div className="actions">
                  <IconButton
                    icon="edit"
                    label={`${m.passkey_rename()}: ${passkey.name}`}
                    onPress={() => setRenaming(passkey)}
                  />
                  <IconButton
                    icon="trash"
                    label={`${m.passkey_remove()}: ${passkey.name}`}
                    onPress={() => setRemoving(passkey)}
                  />
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {renaming && <Rename passkey={renaming} onClose={() => setRenaming(undefined)} />}
      <Confirm
        title={m.passkey_remove_title({ name: removing?.name ?? "" })}
        body={m.passkey_remove_body()}
        action={m.passkey_remove()}
        open={removing !== undefined}
        busy={remove.isPending}
        onClose={() => setRemoving(undefined)}
        onConfirm={() => removing && remove.mutate(removing.id)}
      />
    </>
  );
}

/** Under which circumstances the browser has no part in it. */
class NotHere extends Error {}

function NewPasskey({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const factors = useQuery(factorsQuery);
  const [name, setName] = useState("");
  const add = useMutation({
    mutationFn: async (proof: Proof) => {
      const asked = await reply(api.POST("/api/v1/session/passkeys", { body: proof }));
      if (!answerable(asked)) throw new NotHere();
      const passkey = await make(asked);
      return reply(api.POST("/api/v1/session/passkeys/confirm", { body: { name: name.trim(), passkey } }));
    },
    onSuccess: () => {
      toast(m.passkey_added());
      onClose();
      return client.invalidateQueries({ queryKey: passkeysQuery.queryKey });
    },
  });
  const error = add.error;
  return (
    <Dialog title={m.passkey_add()} open onClose={onClose}>
      <p className="muted">{m.passkey_add_lead()}</p>
      {error instanceof NotHere ? (
        <>
          <p className="signin-note signin-note--bad" role="alert">
            {m.passkey_not_here()}
          </p>
          <div className="dialog-actions">
            <Button onPress={onClose}>{m.action_close()}</Button>
          </div>
        </>
      ) : (
        factors.data && (
          <ProofForm
            by={factors.data.totp_since ? "code" : "password"}
            action={m.passkey_add()}
            busy={add.isPending}
            error={error instanceof PasskeyCancelled ? new PasskeyCancelled() : error}
            onProof={(proof) => add.mutate(proof)}
            onClose={onClose}
          >
            <TextField
              label={m.passkey_name()}
              hint={m.passkey_name_hint()}
              value={name}
              onChange={setName}
              maxLength={LONGEST}
              isRequired
              autoFocus
            />
          </ProofForm>
        )
      )}
    </Dialog>
  );
}

function Rename({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState(passkey.name);
  const rename = useMutation({
    mutationFn: () =>
      reply(
        api.PATCH("/api/v1/session/passkeys/{passkey_id}", {
          params: { path: { passkey_id: passkey.id } },
          body: { name: name.trim() },
        }),
      ),
    onSuccess: () => {
      onClose();
      return client.invalidateQueries({ queryKey: passkeysQuery.queryKey });
    },
    onError: toastProblem,
  });
  return (
    <Dialog title={m.passkey_rename()} open onClose={onClose}>
      <Form
        className="dialog-body"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          rename.mutate();
        }}
      >
        <TextField
          label={m.passkey_name()}
          value={name}
          onChange={setName}
          maxLength={LONGEST}
          isRequired
          autoFocus
        />
        <div className="dialog-actions">
          <Button onPress={onClose}>{m.action_cancel()}</Button>
          <Button look="primary" type="submit" isPending={rename.isPending}>
            {m.action_save()}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
