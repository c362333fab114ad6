/**
 * The test with a watch on it: whatever a test does, it fails when the page called another origin, broke
 * the content security policy, or threw an error, be it caught by the page that stands in for a broken one.
 */
import { type Page, test as base, expect } from "@playwright/test";
import { BASE_URL, EMAIL, PASSWORD } from "./world";

export { expect };

export const test = base.extend<{ watched: undefined }>({
  watched: [
    async ({ page }, use) => {
      const wrong: string[] = [];
      page.on("request", (request) => {
        const url = new URL(request.url());
        const own = url.origin === new URL(BASE_URL).origin || url.protocol === "blob:" || url.protocol === "data:";
        if (!own) wrong.push(`request to ${url.origin}`);
      });
      page.on("console", (message) => {
        // an answer that refuses is told here too, and is no fault of the page
        const told = message.type() === "error" && !message.text().startsWith("Failed to load resource");
        if (told || /content security policy/i.test(message.text())) wrong.push(message.text());
      });
      page.on("pageerror", (error) => wrong.push(`uncaught: ${error.message}`));
      await use(undefined);
      expect(wrong).toEqual([]);
    },
    { auto: true },
  ],
});

export async function signIn(page: Page, email = EMAIL, password = PASSWORD): Promise<void> {
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Goes to a section of the first granted account; returns the account's address. */
export async function goTo(page: Page, section = ""): Promise<string> {
  await page.goto("/");
  await page.waitForURL(/\/a\/[0-9a-f-]{36}/);
  const root = /^.*\/a\/[0-9a-f-]{36}/.exec(page.url())?.[0] ?? "";
  if (section) await page.goto(`${root}/${section}`);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  return root;
}

/** The list of devices with its first row on screen. */
export async function goToDevices(page: Page): Promise<void> {
  await goTo(page, "devices");
  await expect(deviceRows(page).first()).toBeVisible();
}

export function deviceRows(page: Page) {
  return page.getByRole("table", { name: "Devices" }).locator("tbody tr");
}

/** Calls the API as who is signed in on the page: for what a test needs and does not test. */
export async function call<T>(page: Page, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await page.evaluate(
    async ([method, path, body]) => {
      const session = await (await fetch("/api/v1/session")).json();
      const headers: Record<string, string> = { "X-CSRF-Token": session.csrf ?? "", "Content-Type": "application/json" };
      if (method === "POST") headers["Idempotency-Key"] = crypto.randomUUID();
      const response = await fetch(`/api/v1${path}`, { method, headers, ...(body !== null && { body }) });
      return { status: response.status, text: await response.text() };
    },
    [method, path, body === undefined ? null : JSON.stringify(body)] as const,
  );
  if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return (answer.text === "" ? undefined : JSON.parse(answer.text)) as T;
}

/** Makes an account below the one that the page is at; returns the address of its pages. */
export async function addAccount(page: Page, name: string, kind: "dealer" | "customer"): Promise<string> {
  const at = /\/a\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? "";
  const made = await call<{ id: string }>(page, "POST", `/accounts/${at}/accounts`, { name, kind });
  return `/a/${made.id}`;
}
