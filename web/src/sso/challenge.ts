/** The question for a code, on its way from the provider's answer to the sign-in page; in this page's memory alone. */
let pending: string | undefined;

export function keepChallenge(challenge: string): void {
  pending = challenge;
}

export function takeChallenge(): string | undefined {
  const taken = pending;
  pending = undefined;
  return taken;
}
