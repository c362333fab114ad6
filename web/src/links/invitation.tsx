/** Accepts an invitation: somebody new sets name and password, somebody who can sign in does that first. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { api, reply, setCsrf } from "@/api/client";
import { problemMessage } from "@/api/problem";
import type { InvitationOffer } from "@/api/types";
import { Button } from "@/design/button";
import { TextField } from "@/design/fields";
import { Form } from "@/design/form";
import { toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { sessionQuery } from "@/session/session";
import { LinkCard, Note } from "./card";
import { forgetToken, takeToken } from "./token";

const SHORTEST = 12;

export function Invitation() {
  const [token] = useState(() => takeToken("invitation"));
  const offer = useQuery({
    queryKey: ["invitation", token],
    queryFn: ({ signal }) =>
      reply(api.POST("/api/v1/invitations/offer", { body: { token: token ?? "" }, signal })),
    enabled: token !== undefined,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <LinkCard title={m.invitation_title()}>
      {token === undefined ? (
        <Note bad>{m.problem_link_invalid()}</Note>
      ) : offer.error ? (
        <Note bad>{problemMessage(offer.error)}</Note>
      ) : offer.data ? (
        <Offer token={token} offer={offer.data as InvitationOffer} />
      ) : (
        <p className="muted">{m.state_loading()}</p>
      )}
    </LinkCard>
  );
}

type OfferProps = { token: string; offer: InvitationOffer };

function Offer({ token, offer }: OfferProps) {
  const { account, by, email } = offer;
  return (
    <>
      <p>{by ? m.invitation_by({ by, account }) : m.invitation_to({ account })}</p>
      <p className="muted">{m.invitation_for({ email })}</p>
      {offer.takes === "sign_in" ? (
        <AsSignedIn token={token} offer={offer} />
      ) : (
        <AsReader token={token} offer={offer} />
      )}
    </>
  );
}

/** For who can sign in: in person, as who was invited. */
function AsSignedIn({ token, offer }: OfferProps) {
  const navigate = useNavigate();
  const router = useRouter();
  const client = useQueryClient();
  const session = useQuery({ ...sessionQuery, retry: false });
  const accept = useMutation({
    mutationFn: () => reply(api.POST("/api/v1/invitations/accept", { body: { token } })),
    onSuccess: () => {
      forgetToken("invitation");
      client.clear();
      router.history.push("/");
    },
  });
  const toSignIn = () => navigate({ to: "/sign-in", search: { next: "/invitation", lost: false } });

  async function leave() {
    try {
      await reply(api.DELETE("/api/v1/session", {}));
    } catch (error) {
      return toastProblem(error);
    }
    setCsrf(undefined);
    client.removeQueries({ queryKey: ["session"] });
    await toSignIn();
  }

  if (session.isPending) return <p className="muted">{m.state_loading()}</p>;
  const who = session.data?.operator.email;
  if (!who) {
    return (
      <>
        <Note>{m.invitation_sign_in()}</Note>
        <Button look="primary" wide onPress={toSignIn}>
          {m.signin_action()}
        </Button>
      </>
    );
  }
  if (who.toLowerCase() !== offer.email.toLowerCase()) {
    return (
      <>
        <Note>{m.invitation_other({ email: who })}</Note>
        <Button look="primary" wide onPress={leave}>
          {m.menu_sign_out()}
        </Button>
      </>
    );
  }
  return (
    <>
      {accept.error && <Note bad>{problemMessage(accept.error)}</Note>}
      <Button look="primary" wide isPending={accept.isPending} onPress={() => accept.mutate()}>
        {m.invitation_accept()}
      </Button>
    </>
  );
}

/** For who cannot sign in yet: somebody new, or somebody whose last access was taken. */
function AsReader({ token, offer }: OfferProps) {
  const navigate = useNavigate();
  const [problem, setProblem] = useState<unknown>();
  const isNew = offer.takes === "name_and_password";
  const accept = useMutation({
    mutationFn: (form: FormData) =>
      reply(
        api.POST("/api/v1/invitations/accept", {
          body: {
            token,
            name: isNew ? String(form.get("name")).trim() : undefined,
            password: String(form.get("password")),
          },
        }),
      ),
    onSuccess: () => forgetToken("invitation"),
  });
  if (accept.isSuccess) {
    return (
      <>
        <Note>{m.invitation_accepted()}</Note>
        <Button
          look="primary"
          wide
          onPress={() => navigate({ to: "/sign-in", search: { next: "/", lost: false } })}
        >
          {m.signin_action()}
        </Button>
      </>
    );
  }
  return (
    <>
      {problem !== undefined && <Note bad>{problemMessage(problem)}</Note>}
      <Form
        className="signin-form"
        tell={setProblem}
        onSubmit={(event) => {
          setProblem(undefined);
          return accept.mutateAsync(new FormData(event.currentTarget));
        }}
      >
        {isNew && (
          <TextField
            label={m.invitation_name()}
            name="name"
            defaultValue={offer.name ?? ""}
            autoComplete="name"
            maxLength={200}
            isRequired
          />
        )}
        <TextField
          label={m.signin_password()}
          hint={isNew ? m.password_rule() : m.invitation_own_password()}
          name="password"
          type="password"
          autoComplete={isNew ? "new-password" : "current-password"}
          minLength={SHORTEST}
          isRequired
        />
        <Button look="primary" wide type="submit" isPending={accept.isPending}>
          {m.invitation_accept()}
        </Button>
      </Form>
    </>
  );
}
