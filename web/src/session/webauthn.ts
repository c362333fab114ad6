/**
 * Passkeys, as far as the browser has a part in them: asks its authenticator what the server asks, and
 * gives the answer as the server takes it. A passkey is good under one host name; where the portal was
 * opened under another one, such as a bare address, none is offered.
 */
import {
  browserSupportsWebAuthn,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
  WebAuthnAbortService,
} from "@simplewebauthn/browser";
import { api, reply } from "@/api/client";
import type { PasskeyAnswer, PasskeyChallenge } from "@/api/types";

type Asked = Pick<PasskeyChallenge, "challenge" | "options">;

/** Whoever was asked let it be: closed the browser's window, or let its time run out. */
export class PasskeyCancelled extends Error {}

function party(asked: Asked): unknown {
  const options = asked.options as { rpId?: string; rp?: { id?: string } };
  return options.rpId ?? options.rp?.id;
}

/** Whether this browser can answer under the host name that it is at. */
export function answerable(asked: Asked): boolean {
  return browserSupportsWebAuthn() && party(asked) === location.hostname;
}

/** The challenge that a sign-in answers; undefined where passkeys are of no use here. */
export async function signInChallenge(): Promise<PasskeyChallenge | undefined> {
  if (!browserSupportsWebAuthn()) return undefined;
  const asked = await reply(api.GET("/api/v1/session/passkey", {})).catch(() => undefined);
  return asked && answerable(asked) ? asked : undefined;
}

/** The challenge that shows one's own second factor. */
export function ownChallenge(): Promise<PasskeyChallenge> {
  return reply(api.GET("/api/v1/session/passkeys/challenge", {}));
}

/** Answers with a passkey; quietly by the browser’s autofill, or by its own window at once. */
export async function answer(asked: Asked, quietly = false): Promise<PasskeyAnswer> {
  const optionsJSON = asked.options as unknown as PublicKeyCredentialRequestOptionsJSON;
  const credential = await settled(startAuthentication({ optionsJSON, useBrowserAutofill: quietly }));
  return { challenge: asked.challenge, credential };
}

/** Makes a passkey. */
export async function make(asked: Asked): Promise<PasskeyAnswer> {
  const optionsJSON = asked.options as unknown as PublicKeyCredentialCreationOptionsJSON;
  const credential = await settled(startRegistration({ optionsJSON }));
  return { challenge: asked.challenge, credential };
}

/** Takes a question back that still waits for its answer. */
export function giveUp(): void {
  WebAuthnAbortService.cancelCeremony();
}

async function settled<T>(asked: Promise<T>): Promise<PasskeyAnswer["credential"]> {
  try {
    return (await asked) as PasskeyAnswer["credential"];
  } catch (cause) {
    throw new PasskeyCancelled("", { cause });
  }
}
