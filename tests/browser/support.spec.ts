/** Looking into what is somebody else's: as one of its operators, and elevated as the platform's. */
import type { Browser, Page } from "@playwright/test";
import { createHmac } from "node:crypto";
import { call, expect, goTo, signIn, test } from "./portal";
import { PLATFORM } from "./world";

const unique = () => Date.now().toString(36);

async function another(browser: Browser, email: string, password: string): Promise<Page> {
  const context = await browser.newContext({ storageState: { cookies: [], origins: [] } });
  const page = await context.newPage();
  await page.goto("/");
  await signIn(page, email, password);
  await page.waitForURL(/\/a\/[0-9a-f-]{36}/);
  return page;
}

/** A new operator on an account, with the password that was made. */
async function operatorOn(page: Page, account: string, name: string, role: string) {
  const email = `${unique()}@support.example`;
  const made = await call<{ initial_password: string }>(page, "POST", `/accounts/${account}/operators`, { name, email, role });
  return { email, password: made.initial_password };
}

/** RFC 6238 with SHA-1, six digits, thirty seconds. */
function totp(base32: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...base32.replaceAll("=", "")].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []);
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac("sha1", key).update(step).digest();
  const at = (hash.at(-1) ?? 0) & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

test("a view is begun with a reason, cannot be missed, changes nothing, and is told in the audit", async ({ page }) => {
  const root = await goTo(page);
  const dealer = root.split("/").at(-1) ?? "";
  const name = `Viewed ${unique()}`;
  await operatorOn(page, dealer, name, "viewer");
  await page.goto(`${root}/operators`);
  await expect(page.getByRole("link", { name: "API tokens" })).toBeVisible();
  await page.getByRole("row", { name }).getByRole("button", { name: "See as this operator does" }).click();
  const dialog = page.getByRole("dialog", { name: `See as ${name} does` });
  await dialog.getByRole("button", { name: "See as they do" }).click();
  await expect(dialog.getByText("Fill in this field.")).toBeVisible();
  await dialog.getByLabel("Reason").fill("ticket 42");
  await dialog.getByRole("button", { name: "See as they do" }).click();

  const banner = page.getByRole("region", { name: "Support view" });
  await expect(banner).toContainText(`You look as ${name}`);
  await expect(banner).toContainText(/You are .+; nothing can be changed/);
  await expect(page.getByRole("link", { name: "API tokens" })).toHaveCount(0);
  await page.getByRole("navigation", { name: "Navigation" }).getByRole("link", { name: "Devices" }).click();
  await expect(banner).toBeVisible();
  await expect(page.getByText("The connection to the server is interrupted")).toHaveCount(0);
  await page.reload();
  await banner.getByRole("button", { name: "Be yourself again" }).click();
  await expect(banner).toHaveCount(0);
  await expect(page.getByRole("link", { name: "API tokens" })).toBeVisible();

  await page.goto(`${root}/audit?action=view_as.`);
  const began = page.getByRole("row").filter({ hasText: "view_as.began" }).first();
  await began.getByRole("button", { name: /^Details/ }).click();
  await expect(page.getByText("Reason: ticket 42").first()).toBeVisible();
});

test("who runs the platform sees an account for a time, and the account reads of it and ends it", async ({ page, browser }) => {
  test.skip(!PLATFORM, "no operator of the platform's root is known");
  const dealer = (await goTo(page)).split("/").at(-1) ?? "";
  const owner = await another(browser, PLATFORM?.email ?? "", PLATFORM?.password ?? "");
  const platform = /\/a\/([0-9a-f-]{36})/.exec(owner.url())?.[1] ?? "";
  const name = `Elevated ${unique()}`;
  const made = await operatorOn(owner, platform, name, "admin");
  await owner.context().close();

  const helper = await another(browser, made.email, made.password);
  await helper.goto(`/a/${dealer}`);
  const ask = helper.getByRole("button", { name: "Ask for sight …" });
  const dialog = helper.getByRole("dialog");
  await ask.click();
  await dialog.getByLabel("Reason").fill("ticket 4711");
  await dialog.getByRole("textbox", { name: "Code" }).fill("000000");
  await dialog.getByRole("button", { name: "Look into it" }).click();
  await expect(dialog.getByText("This takes a second factor.")).toBeVisible();

  const begun = await call<{ secret: string }>(helper, "POST", "/session/totp", { password: made.password });
  const { codes } = await call<{ codes: string[] }>(helper, "POST", "/session/totp/confirm", { code: totp(begun.secret) });
  await dialog.getByRole("textbox", { name: "Code" }).fill(codes[0] ?? "");
  await dialog.getByRole("button", { name: "Look into it" }).click();
  const banner = helper.getByRole("region", { name: "Sight by the platform" });
  await expect(banner).toContainText("as the platform’s operator");
  await expect(helper.getByRole("navigation", { name: "Navigation" }).getByRole("link", { name: "Devices" })).toBeVisible();
  await expect(helper.getByRole("link", { name: "API tokens" })).toHaveCount(0);

  await page.goto(`/a/${dealer}/audit`);
  const told = page.getByRole("region", { name: "Sight by the platform" });
  const row = told.getByRole("row").filter({ hasText: name });
  await expect(row).toContainText("ticket 4711");
  await expect(row).toContainText("Until");
  await told.getByRole("button", { name: "End all" }).click();
  await expect(row).not.toContainText("Until");
  await helper.reload();
  await expect(ask).toBeVisible();
  await expect(banner).toHaveCount(0);
  await helper.context().close();
});
