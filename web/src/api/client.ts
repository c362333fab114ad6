/**
 * The only door to the server. Adds what every call owes: the chosen language, the CSRF token on
 * mutating calls, an idempotency key on POST; and turns every failure into a `ProblemError`.
 * A 401 outside sign-in tells the session listener once, which brings the operator back afterwards.
 */
import createClient, { type Middleware } from "openapi-fetch";
import { getLocale } from "@/i18n";
import { ProblemError, parseProblem } from "./problem";
import type { paths } from "./schema";

let csrf: string | undefined;
let onSessionLost: () => void = () => undefined;

/** Remembers the CSRF value of GET /session; undefined forgets it. */
export function setCsrf(value: string | undefined): void {
  csrf = value;
}

/** Called when the server no longer accepts the session cookie. */
export function listenSessionLost(listener: () => void): void {
  onSessionLost = listener;
}

/** Headers that every call carries; exported for the one call that sends bytes instead of JSON. */
export function callHeaders(method: string): Record<string, string> {
  const headers: Record<string, string> = { "Accept-Language": getLocale() };
  if (method !== "GET") {
    if (csrf) headers["X-CSRF-Token"] = csrf;
    if (method === "POST") headers["Idempotency-Key"] = crypto.randomUUID();
  }
  return headers;
}

const owed: Middleware = {
  onRequest({ request }) {
    for (const [name, value] of Object.entries(callHeaders(request.method))) request.headers.set(name, value);
    return request;
  },
};

/** Calls that change something and are under way, by what they say. */
const underWay = new Map<string, Promise<Response>>();

/** A second press of a button while its first call is under way is the same call, and gets the same reply. */
async function reach(request: Request): Promise<Response> {
  if (request.method === "GET") return send(request);
  const said = `${request.method} ${request.url} ${await request.clone().text()}`;
  const first = underWay.get(said);
  if (first) return (await first).clone();
  const call = send(request);
  underWay.set(said, call);
  try {
    return (await call).clone();
  } finally {
    underWay.delete(said);
  }
}

async function send(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw ProblemError.offline();
  }
}

export const api = createClient<paths>({ baseUrl: "", fetch: reach, credentials: "same-origin" });
api.use(owed);

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** The reply's body, or the problem thrown. */
export async function reply<T>(call: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (response.ok) return data as T;
  throw lost(parseProblem(error, response.status, response.headers.get("x-request-id")));
}

/** Tells the session listener when the problem means that the session is gone. */
export function lost(problem: ProblemError): ProblemError {
  if (problem.status === 401 && problem.code !== "invalid_credentials") onSessionLost();
  return problem;
}
