/** One's own security: passkeys by Chromium's own virtual authenticator, the authenticator app, sessions. */
import { createHmac } from "node:crypto";
import type { Browser, CDPSession, Page } from "@playwright/test";
import { expect, goTo, signIn, test } from "./portal";
import { BASE_URL } from "./world";

/** Passkeys are made for host names; on this machine the name is `localhost`. */
const NAMED = BASE_URL.replace("127.0.0.1", "localhost");

const unique = () => Date.now().toString(36);

/** Somebody of its own, since it changes how it signs in. */
async function somebody(page: Page): Promise<{ email: string; password: string }> {
  const root = await goTo(page);
  const account = root.slice(root.lastIndexOf("/") + 1);
  const session = await page.request.get("/api/v1/session");
  const { csrf } = await session.json();
  const email = `${unique()}@security.example`;
  const made = await page.request.post(`/api/v1/accounts/${account}/operators`, {
    headers: { "X-CSRF-Token": csrf },
    data: { email, name: "Sam Secure", role: "viewer" },
  });
  expect(made.status()).toBe(201);
  const { initial_password: password } = await made.json();
  return { email, password };
}

async function elsewhere(browser: Browser, base: string): Promise<Page> {
  const context = await browser.newContext({ storageState: { cookies: [], origins: [] }, baseURL: base });
  const page = await context.newPage();
  await page.goto("/");
  await expect(page).toHaveURL(/\/sign-in/);
  return page;
}

async function goToSecurity(page: Page): Promise<void> {
  await page.waitForURL(/\/a\/[0-9a-f-]{36}/);
  await page.getByRole("button", { name: /^Your menu/ }).click();
  await page.getByRole("menuitem", { name: "Security" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Security" })).toBeVisible();
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Your menu/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
}

/** An authenticator in the machine that asks for a finger, and has its owner's at once while `present`. */
async function authenticator(page: Page) {
  const cdp: CDPSession = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable", { enableUI: false });
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    present: (enabled: boolean) => cdp.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled }),
    verified: (isUserVerified: boolean) =>
      cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }),
  };
}

/** Six digits of the moment (RFC 6238), of the step after the last one taken. */
function code(secret: string, step: number): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((c) => alphabet.indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac("sha1", key).update(counter).digest();
  const at = hash[hash.length - 1]! & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

const step = () => Math.floor(Date.now() / 30_000);

test("a passkey is made, signs in, shows a second factor, is renamed and removed", async ({ page, browser }) => {
  const { email, password } = await somebody(page);
  const own = await elsewhere(browser, NAMED);
  await expect(own.getByRole("button", { name: "Sign in with a passkey" })).toBeVisible();
  const device = await authenticator(own);
  await signIn(own, email, password);
  await goToSecurity(own);
  const card = own.getByRole("region", { name: "Passkeys" });
  await expect(card).toContainText("No passkeys yet");
  await card.getByRole("button", { name: "Add passkey" }).click();
  const dialog = own.getByRole("dialog", { name: "Add passkey" });
  await dialog.getByRole("textbox", { name: "Name" }).fill("Test laptop");
  await dialog.getByLabel("Present password").fill("wrong wrong wrong");
  await dialog.getByRole("button", { name: "Add passkey" }).click();
  await expect(dialog.getByRole("alert")).toHaveText("The present password is wrong.");
  await dialog.getByLabel("Present password").fill(password);
  await dialog.getByRole("button", { name: "Add passkey" }).click();
  const row = card.getByRole("row", { name: /Test laptop/ });
  await expect(row).toContainText("localhost");

  // another one by the first: this authenticator has one already, and makes no second
  await card.getByRole("button", { name: "Add passkey" }).click();
  await dialog.getByRole("textbox", { name: "Name" }).fill("Again");
  await dialog.getByRole("button", { name: "Use a passkey" }).click();
  await expect(dialog.getByRole("alert")).toHaveText("No passkey was given.");
  await own.keyboard.press("Escape");

  // by the browser's own window; nobody is at the machine while the page opens
  await device.present(false);
  await signOut(own);
  await expect(own.getByRole("button", { name: "Sign in with a passkey" })).toBeVisible();
  await device.present(true);
  await own.getByRole("button", { name: "Sign in with a passkey" }).click();
  await goToSecurity(own);
  await expect(row).not.toContainText("never");

  // and by autofill, where one types one's address: nothing was pressed
  await device.present(false);
  await signOut(own);
  await expect(own.getByRole("button", { name: "Sign in with a passkey" })).toBeVisible();
  await device.present(true);
  await own.reload();
  await goToSecurity(own);

  // without a finger, a face or a PIN it is none
  await device.present(false);
  await signOut(own);
  await device.verified(false);
  await device.present(true);
  await own.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(own.getByRole("alert")).toHaveText("No passkey was given.");
  await device.verified(true);
  await own.getByRole("button", { name: "Sign in with a passkey" }).click();
  await goToSecurity(own);

  await own.getByRole("button", { name: "Rename: Test laptop" }).click();
  const rename = own.getByRole("dialog", { name: "Rename" });
  await rename.getByRole("textbox", { name: "Name" }).fill("Work laptop");
  await rename.getByRole("button", { name: "Save" }).click();
  await own.getByRole("button", { name: "Remove: Work laptop" }).click();
  await own.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await expect(card).toContainText("No passkeys yet");

  // the browser still has it, and the server no more
  await device.present(false);
  await signOut(own);
  await device.present(true);
  await own.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(own.getByRole("alert")).toContainText("This passkey does not sign in here");
  await own.context().close();
});

test("no passkey is offered under an address that it would not be good at", async ({ browser }) => {
  const page = await elsewhere(browser, BASE_URL);
  test.skip(BASE_URL === NAMED, "the platform under test has a host name");
  await expect(page.getByRole("button", { name: "Sign in", exact: true })).toBeVisible();
  await page.waitForLoadState("networkidle");
  await expect(page.getByRole("button", { name: "Sign in with a passkey" })).toHaveCount(0);
  await page.context().close();
});

test("an authenticator app is set up by its QR code, asked for, and turned off", async ({ page, browser }) => {
  // it waits for the next half minute, since a code is good once
  test.setTimeout(90_000);
  const { email, password } = await somebody(page);
  const other = await elsewhere(browser, NAMED);
  await signIn(other, email, password);
  await other.waitForURL(/\/a\//);
  const own = await elsewhere(browser, NAMED);
  await signIn(own, email, password);
  await goToSecurity(own);
  const card = own.getByRole("region", { name: "Authenticator app" });
  await card.getByRole("button", { name: "Set up" }).click();
  await own.getByLabel("Present password").last().fill(password);
  await own.getByRole("button", { name: "Continue" }).click();
  await expect(own.getByRole("img", { name: "QR code for the authenticator app" })).toBeVisible();
  const secret = (await own.getByRole("alertdialog").locator("code").innerText()).trim();
  const field = own.getByRole("textbox", { name: "Code" });
  await field.fill("000000");
  await own.getByRole("button", { name: "Confirm" }).click();
  await expect(own.getByRole("alert")).toHaveText("The code is wrong, or was used before.");
  let used = step();
  await field.fill(code(secret, used));
  await own.getByRole("button", { name: "Confirm" }).click();
  const codes = own.getByRole("list", { name: "Recovery codes" }).getByRole("listitem");
  await expect(codes).toHaveCount(10);
  const recovery = await codes.first().innerText();
  const download = own.waitForEvent("download");
  await own.getByRole("button", { name: "Download" }).click();
  expect((await download).suggestedFilename()).toBe("recovery-codes.txt");
  await own.getByRole("button", { name: "I have kept them" }).click();
  await expect(card).toContainText("10 recovery codes are left");

  // the other session ended with it
  await other.goto("/");
  await expect(other).toHaveURL(/\/sign-in/);
  await signIn(other, email, password);
  await other.getByRole("textbox", { name: "Code" }).fill("111111");
  await other.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(other.getByRole("alert")).toContainText("The code is wrong");
  await other.getByRole("textbox", { name: "Code" }).fill(recovery);
  await other.getByRole("button", { name: "Sign in", exact: true }).click();
  await goToSecurity(other);

  // a passkey stands in for a code
  await authenticator(other);
  const passkeys = other.getByRole("region", { name: "Passkeys" });
  await passkeys.getByRole("button", { name: "Add passkey" }).click();
  const add = other.getByRole("dialog", { name: "Add passkey" });
  await add.getByRole("textbox", { name: "Name" }).fill("Phone");
  while (step() <= used) await other.waitForTimeout(500);
  used = step();
  await add.getByRole("textbox", { name: "Code" }).fill(code(secret, used));
  await add.getByRole("button", { name: "Add passkey" }).click();
  await expect(passkeys.getByRole("row", { name: /Phone/ })).toBeVisible();
  const app = other.getByRole("region", { name: "Authenticator app" });
  await app.getByRole("button", { name: "New recovery codes" }).click();
  await other.getByRole("dialog").getByRole("button", { name: "Use a passkey" }).click();
  await expect(other.getByRole("list", { name: "Recovery codes" }).getByRole("listitem")).toHaveCount(10);
  await other.getByRole("button", { name: "I have kept them" }).click();
  await app.getByRole("button", { name: "Turn off" }).click();
  const off = other.getByRole("alertdialog", { name: "Turn off" });
  await off.getByLabel("Present password").fill(password);
  await off.getByRole("button", { name: "Use a passkey" }).click();
  await expect(app.getByRole("button", { name: "Set up" })).toBeVisible();
  await other.context().close();
  await own.context().close();
});

test("one's own sessions are seen, and all others are ended at once", async ({ page, browser }) => {
  const { email, password } = await somebody(page);
  const [one, two] = [await elsewhere(browser, NAMED), await elsewhere(browser, NAMED)];
  for (const browserOf of [one, two]) {
    await signIn(browserOf, email, password);
    await browserOf.waitForURL(/\/a\//);
  }
  await goToSecurity(two);
  const card = two.getByRole("region", { name: "Where you are signed in" });
  await expect(card.getByRole("row")).toHaveCount(3);
  await expect(card.getByRole("row", { name: /This session/ })).toContainText("Chrome, ");
  await card.getByRole("button", { name: "End all others" }).click();
  await two.getByRole("alertdialog").getByRole("button", { name: "End all others" }).click();
  await expect(card.getByRole("row")).toHaveCount(2);
  await one.goto("/");
  await expect(one).toHaveURL(/\/sign-in/);
  await one.context().close();
  await two.context().close();
});

test("a new password ends other sessions and asks to look over tokens and passkeys", async ({ page, browser }) => {
  const { email, password } = await somebody(page);
  const [other, own] = [await elsewhere(browser, NAMED), await elsewhere(browser, NAMED)];
  await signIn(other, email, password);
  await other.waitForURL(/\/a\//);
  await signIn(own, email, password);
  await goToSecurity(own);
  await expect(own.getByRole("button", { name: "I know all of them" })).toHaveCount(0);
  const card = own.getByRole("region", { name: "Change password" });
  await card.getByLabel("Present password").fill(password);
  await card.getByLabel("New password").fill(`${password} and more`);
  await card.getByRole("button", { name: "Change password" }).click();
  await expect(own.getByRole("status").filter({ hasText: "Your password was changed on" })).toBeVisible();
  await expect(own.getByRole("region", { name: "Your API tokens" })).toContainText("You made no API tokens");
  await expect(own.getByRole("region", { name: "Passkeys" })).toBeVisible();
  await own.getByRole("button", { name: "I know all of them" }).click();
  await expect(own.getByRole("button", { name: "I know all of them" })).toHaveCount(0);
  await expect(own.getByText("Your password was changed on")).toHaveCount(0);
  await other.goto("/");
  await expect(other).toHaveURL(/\/sign-in/);
  await other.context().close();
  await own.context().close();
});
