/** What is done to a whole account: quotas, suspension, a move, an export, a deletion that is taken back. */
import { readFileSync } from "node:fs";
import { addAccount, expect, goTo, test } from "./portal";

const unique = () => Date.now().toString(36);

test("quotas are set beside each field, and shown with what is used", async ({ page }) => {
  await goTo(page);
  const account = await addAccount(page, `Quotas ${unique()}`, "customer");
  await page.goto(`${account}/settings`);
  await page.getByRole("button", { name: "Change quotas" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Devices").fill("many");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("This does not fit here.")).toBeVisible();
  await dialog.getByLabel("Devices").fill("25");
  await expect(dialog.getByText("This does not fit here.")).toBeHidden();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  const quotas = page.getByRole("region", { name: "Quotas" });
  await expect(quotas.getByRole("listitem").filter({ hasText: "Devices" })).toContainText("0 of 25");
  await expect(quotas.getByRole("listitem").filter({ hasText: "Collectors" })).toContainText("No quota");
});

test("a suspended account says so on each of its pages and in the tree, and goes on", async ({ page }) => {
  const name = `Still ${unique()}`;
  const root = await goTo(page);
  const account = await addAccount(page, name, "customer");
  await page.goto(`${account}/settings`);
  await page.getByRole("button", { name: "Suspend", exact: true }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog).toContainText("Nobody whose access lies here can sign in");
  await dialog.getByLabel("Reason").fill("unpaid since May");
  await dialog.getByRole("button", { name: "Suspend", exact: true }).click();
  await expect(dialog).toBeHidden();
  await page.goto(`${account}/audit?action=account.`);
  await page.getByRole("row").filter({ hasText: "account.suspended" }).getByRole("button").first().click();
  await expect(page.getByText("Reason: unpaid since May")).toBeVisible();
  for (const section of ["", "/devices", "/operators", "/settings"]) {
    await page.goto(account + section);
    await expect(page.getByRole("status").filter({ hasText: "This account is suspended." })).toBeVisible();
  }
  await page.goto(`${root}/accounts`);
  await page.getByRole("searchbox").fill(name);
  await expect(page.getByRole("row", { name })).toContainText("Suspended");
  await page.getByRole("row", { name }).click();
  await page.getByRole("link", { name: "Resume" }).click();
  await page.getByRole("region", { name: "Suspend" }).getByRole("button", { name: "Resume" }).click();
  await expect(page.getByRole("status").filter({ hasText: "This account is suspended." })).toHaveCount(0);
});

test("a move shows what it would do before it is done, and what became of it", async ({ page }) => {
  const [dealer, customer] = [`Target ${unique()}`, `Mover ${unique()}`];
  await goTo(page);
  await addAccount(page, dealer, "dealer");
  const account = await addAccount(page, customer, "customer");
  await page.goto(`${account}/settings`);
  await page.getByRole("link", { name: "Move …" }).click();
  await page.getByRole("searchbox", { name: "Find the new place" }).fill(dealer);
  await page.getByRole("option", { name: dealer }).click();
  await expect(page).toHaveURL(/[?&]to=/);
  await page.reload();
  const plan = page.getByRole("region", { name: "What the move would do" });
  await expect(plan).toContainText("Nothing stands in the way.");
  await expect(plan.getByRole("region", { name: "What moves" })).toContainText("1 Accounts");
  await plan.getByRole("button", { name: "Move account" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Move account" }).click();
  const place = page.getByRole("region", { name: "Place in the tree" });
  await expect(place.getByRole("list", { name: "Latest moves" })).toContainText("Moved", { timeout: 20_000 });
  await expect(place).toContainText(dealer);

  const back = page.url().replace(/settings.*/, `settings/move?to=${account.split("/").at(-1)}`);
  await page.goto(back);
  await expect(page.getByText("The new place lies inside the account itself.")).toBeVisible();
  await expect(plan.getByRole("button", { name: "Move account" })).toBeDisabled();
});

test("an export is made, and fetched once", async ({ page }) => {
  await goTo(page);
  const account = await addAccount(page, `Export ${unique()}`, "customer");
  await page.goto(`${account}/settings`);
  const card = page.getByRole("region", { name: "Export" });
  await card.getByRole("button", { name: "Make an export" }).click();
  const link = card.getByRole("link", { name: "Download once" });
  await expect(link).toBeVisible({ timeout: 20_000 });
  const waiting = page.waitForEvent("download");
  await link.click();
  const download = await waiting;
  expect(download.suggestedFilename()).toMatch(/^export-.*\.tar\.gz$/);
  expect(readFileSync(await download.path()).subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
  await expect(card.getByRole("row").nth(1)).toContainText("Fetched");
  await expect(link).toHaveCount(0);
});

test("a deletion takes the name, stands on every page, and can be taken back", async ({ page }) => {
  const name = `Leaver ${unique()}`;
  const root = await goTo(page);
  const account = await addAccount(page, name, "customer");
  await page.goto(`${account}/settings`);
  await page.getByRole("button", { name: "Delete account …" }).click();
  const dialog = page.getByRole("alertdialog");
  const confirm = dialog.getByRole("button", { name: "Delete account", exact: true });
  await dialog.getByRole("textbox").fill(name.slice(1));
  await expect(confirm).toBeDisabled();
  await dialog.getByRole("textbox").fill(name);
  await confirm.click();
  await expect(dialog).toBeHidden();
  const banner = page.getByRole("status").filter({ hasText: "This account will be erased on" });
  await expect(banner).toBeVisible();
  await page.goto(`${root}/accounts`);
  await page.getByRole("searchbox").fill(name);
  await expect(page.getByRole("row", { name })).toContainText("Will be erased on");
  await page.getByRole("row", { name }).click();
  await banner.getByRole("link", { name: "Keep account" }).click();
  await page.getByRole("region", { name: "Delete" }).getByRole("button", { name: "Keep account" }).click();
  await expect(banner).toHaveCount(0);
});

test("whose role lies on the account itself finds nothing there that only somebody above does", async ({ page }) => {
  const root = await goTo(page, "settings");
  await expect(page.getByRole("region", { name: "Quotas" })).toBeVisible();
  for (const hidden of ["Change quotas", "Suspend", "Delete account …"])
    await expect(page.getByRole("button", { name: hidden })).toHaveCount(0);
  await page.goto(`${root}/settings/move`);
  await expect(page.getByText("Only somebody whose access lies above this account does this.")).toBeVisible();
});
