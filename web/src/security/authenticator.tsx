/** The authenticator app: set up by a QR code, its recovery codes, and its end. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Form } from "react-aria-components";
import { api, reply } from "@/api/client";
import { problemMessage } from "@/api/problem";
import type { Factors } from "@/api/types";
import { Button } from "@/design/button";
import { Dialog } from "@/design/dialog";
import { Load, Notice } from "@/design/feedback";
import { TextField } from "@/design/fields";
import { Card } from "@/design/page";
import { Badge, CopyLine } from "@/design/text";
import { toast } from "@/design/toast";
import { m } from "@/i18n";
import { date, number } from "@/i18n/format";
import { type Proof, ProofForm } from "./proof";
import { QrCode } from "./qr";
import { factorsQuery } from "./queries";
import { RecoveryCodes } from "./recovery-codes";

/** So few that it is time for new ones. */
const FEW = 3;

type Work = "set-up" | "renew" | "remove";

export function AuthenticatorCard() {
  const factors = useQuery(factorsQuery);
  const [work, setWork] = useState<Work>();
  const close = () => setWork(undefined);
  return (
    <Card title={m.totp_title()}>
      <Load query={factors} rows={1}>
        {(found) => <State factors={found} onWork={setWork} />}
      </Load>
      {work === "set-up" && <SetUp onClose={close} />}
      {work === "renew" && <Renew onClose={close} />}
      {work === "remove" && <Remove onClose={close} />}
    </Card>
  );
}

function State({ factors, onWork }: { factors: Factors; onWork: (work: Work) => void }) {
  if (!factors.totp_since) {
    return (
      <div className="factor">
        <p className="muted">{m.totp_off()}</p>
        <Button icon="shield" onPress={() => onWork("set-up")}>
          {m.totp_set_up()}
        </Button>
      </div>
    );
  }
  const left = factors.recovery_codes;
  return (
    <div className="factor">
      <p>
        <Badge tone="good">{m.totp_on()}</Badge> {m.totp_since({ date: date(factors.totp_since) })}{" "}
        {m.recovery_left({ count: left, shown: number(left) })}
      </p>
      {left < FEW && <Notice>{m.recovery_few()}</Notice>}
      <div className="actions">
        <Button onPress={() => onWork("renew")}>{m.recovery_renew()}</Button>
        <Button onPress={() => onWork("remove")}>{m.totp_remove()}</Button>
      </div>
    </div>
  );
}

function useChanged() {
  const client = useQueryClient();
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: factorsQuery.queryKey }),
      client.invalidateQueries({ queryKey: ["sessions"] }),
    ]);
}

function SetUp({ onClose }: { onClose: () => void }) {
  const changed = useChanged();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const begin = useMutation({
    mutationFn: () => reply(api.POST("/api/v1/session/totp", { body: { password } })),
  });
  const confirm = useMutation({
    mutationFn: () => reply(api.POST("/api/v1/session/totp/confirm", { body: { code: code.trim() } })),
    onSuccess: changed,
  });
  if (confirm.data) {
    return (
      <Dialog title={m.recovery_title()} open onClose={onClose} wide role="alertdialog">
        <RecoveryCodes codes={confirm.data.codes} onClose={onClose} />
      </Dialog>
    );
  }
  const step = begin.data ? confirm : begin;
  return (
    <Dialog title={m.totp_title()} open onClose={onClose} role={begin.data ? "alertdialog" : "dialog"}>
      <Form
        key={begin.data ? "confirm" : "begin"}
        className="dialog-body"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          step.mutate();
        }}
      >
        {begin.data ? (
          <>
            <p className="muted">{m.totp_scan()}</p>
            <QrCode text={begin.data.uri} label={m.totp_qr()} />
            <CopyLine label={m.totp_secret()} value={begin.data.secret} />
            <TextField
              label={m.signin_code()}
              hint={m.totp_code_hint()}
              value={code}
              onChange={setCode}
              autoComplete="one-time-code"
              inputMode="numeric"
              isRequired
              autoFocus
            />
          </>
        ) : (
          <>
            <p className="muted">{m.totp_lead()}</p>
            <TextField
              label={m.password_present()}
              type="password"
              autoComplete="current-password"
              value={password}
              onChange={setPassword}
              isRequired
              autoFocus
            />
          </>
        )}
        {step.error && (
          <p className="signin-note signin-note--bad" role="alert">
            {problemMessage(step.error)}
          </p>
        )}
        <div className="dialog-actions">
          <Button onPress={onClose}>{m.action_cancel()}</Button>
          <Button look="primary" type="submit" isPending={step.isPending}>
            {begin.data ? m.totp_confirm() : m.action_continue()}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}

function Renew({ onClose }: { onClose: () => void }) {
  const changed = useChanged();
  const renew = useMutation({
    mutationFn: (proof: Proof) => reply(api.POST("/api/v1/session/recovery-codes", { body: proof })),
    onSuccess: changed,
  });
  return (
    <Dialog
      title={m.recovery_title()}
      open
      onClose={onClose}
      wide={renew.data !== undefined}
      role={renew.data ? "alertdialog" : "dialog"}
    >
      {renew.data ? (
        <RecoveryCodes codes={renew.data.codes} onClose={onClose} />
      ) : (
        <>
          <p className="muted">{m.recovery_renew_lead()}</p>
          <ProofForm
            by="code"
            action={m.recovery_renew()}
            busy={renew.isPending}
            error={renew.error}
            onProof={(proof) => renew.mutate(proof)}
            onClose={onClose}
          />
        </>
      )}
    </Dialog>
  );
}

function Remove({ onClose }: { onClose: () => void }) {
  const changed = useChanged();
  const [password, setPassword] = useState("");
  const remove = useMutation({
    mutationFn: (proof: Proof) =>
      reply(api.POST("/api/v1/session/totp/remove", { body: { ...proof, password } })),
    onSuccess: () => {
      toast(m.totp_removed());
      onClose();
      return changed();
    },
  });
  return (
    <Dialog title={m.totp_remove()} open onClose={onClose} role="alertdialog">
      <p className="muted">{m.totp_remove_lead()}</p>
      <ProofForm
        by="code"
        action={m.totp_remove()}
        look="danger"
        busy={remove.isPending}
        error={remove.error}
        onProof={(proof) => remove.mutate(proof)}
        onClose={onClose}
      >
        <TextField
          label={m.password_present()}
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
          isRequired
          autoFocus
        />
      </ProofForm>
    </Dialog>
  );
}
