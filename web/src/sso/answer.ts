/**
 * What a sign-in provider sent back. It stands in the address once; it is taken out before anything else reads it, so that
 * neither the history nor a copied address has the code.
 */
export const CALLBACK = "/sign-in/callback";

export type Answer = { state: string; code?: string; iss?: string; error?: string };

let answer: Answer | undefined;

/** The answer in a query such as `?code=…&state=…&iss=…`. */
export function answerIn(search: string): Answer | undefined {
  const query = new URLSearchParams(search);
  const value = (name: string) => query.get(name) ?? undefined;
  const state = value("state");
  return state ? { state, code: value("code"), iss: value("iss"), error: value("error") } : undefined;
}

/** To be called before the router reads the address. */
export function captureAnswer(): void {
  if (window.location.pathname !== CALLBACK || !window.location.search) return;
  answer = answerIn(window.location.search);
  window.history.replaceState(window.history.state, "", CALLBACK);
}

/** The answer, once: it is good once at the server too. */
export function takeAnswer(): Answer | undefined {
  const taken = answer;
  answer = undefined;
  return taken;
}
