/** Where the platform under test is, and who signs in. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`set ${name}; see tests/browser/README.md`);
  return value;
}

export const BASE_URL = process.env.BASE_URL ?? "http://127.0.0.1:8080";
export const EMAIL = needed("BAILIWICK_EMAIL");
export const PASSWORD = needed("BAILIWICK_PASSWORD");
const platform = process.env.BAILIWICK_PLATFORM_EMAIL;
/** An operator of the platform's root, for the tests that look at it as one; they are skipped without. */
export const PLATFORM = platform ? { email: platform, password: needed("BAILIWICK_PLATFORM_PASSWORD") } : undefined;
// made by the process that runs the tests, and known to its workers: of two runs at once each has its own
process.env.BAILIWICK_BROWSER_STATE ??= mkdtempSync(join(tmpdir(), "bailiwick-browser-"));
/** The signed-in browser state that the tests start from. */
export const STATE = join(process.env.BAILIWICK_BROWSER_STATE, "state.json");
const issuer = process.env.BAILIWICK_PROVIDER;
/** A sign-in provider that the platform can reach (tests/oidc-provider); what needs one is skipped without. */
export const PROVIDER = issuer ? { issuer, secret: needed("BAILIWICK_PROVIDER_SECRET") } : undefined;
