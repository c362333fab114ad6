/** Roles, grants, restrictions, tokens and the account tree, as a dealer's owner and as a customer's own. */
import type { Browser, Page } from "@playwright/test";
import { expect, goTo, signIn, test } from "./portal";
import { PLATFORM } from "./world";

const CUSTOMER = "Brouwer & De Wit Accountants";
const unique = () => Date.now().toString(36);

async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole("button", { name: label }).click();
  await page.getByRole("option", { name: option, exact: true }).click();
}

/** The address of an account below the dealer, found as a person would. */
async function goToAccount(page: Page, name: string): Promise<string> {
  await goTo(page, "accounts");
  await page.getByRole("searchbox").fill(name);
  await page.getByRole("treegrid", { name: "Account tree" }).getByRole("row", { name }).click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  return page.url().replace(/\/$/, "");
}

/** Adds an operator on the page of operators; returns the first password, shown once. */
async function addOperator(page: Page, name: string, email: string, role: string, leavingOut?: string): Promise<string> {
  await page.getByRole("button", { name: "Add operator" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Add operator" });
  await dialog.getByRole("textbox", { name: "Name", exact: true }).fill(name);
  await dialog.getByLabel("E-mail address").fill(email);
  await choose(page, "Role", role);
  if (leavingOut) {
    await dialog.getByRole("searchbox", { name: "Find accounts to leave out" }).fill(leavingOut);
    await dialog.getByRole("option", { name: leavingOut }).click();
    await expect(dialog.getByRole("button", { name: `No longer leave out ${leavingOut}` })).toBeVisible();
  }
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  const made = page.getByRole("dialog", { name: `${name} has access.` });
  const password = await made.locator("code").innerText();
  await made.getByRole("button", { name: "Done" }).click();
  return password;
}

/** Another person at another machine. */
async function another(browser: Browser, email: string, password: string): Promise<Page> {
  const context = await browser.newContext({ storageState: { cookies: [], origins: [] } });
  const page = await context.newPage();
  await page.goto("/");
  await signIn(page, email, password);
  await page.waitForURL(/\/a\/[0-9a-f-]{36}/);
  return page;
}

test("a role of one's own is made, given with a branch left out, kept while held, and deleted", async ({ page }) => {
  const role = `Print desk ${unique()}`;
  const name = `Robin ${unique()}`;
  await goTo(page, "roles");
  await expect(page.getByRole("region", { name: "Built-in roles" }).getByRole("listitem")).toHaveCount(7);
  await page.getByRole("button", { name: "Make a role" }).first().click();
  const editor = page.getByRole("dialog", { name: "Make a role" });
  await editor.getByRole("textbox", { name: "Name" }).fill(role);
  await choose(page, "Start from", "Viewer");
  await editor.getByRole("checkbox", { name: "Acknowledge alerts" }).check({ force: true });
  await editor.getByRole("button", { name: "Create" }).click();
  const row = page.getByRole("region", { name: "Own roles" }).getByRole("listitem").filter({ hasText: role });
  await expect(row).toContainText("3 permissions");

  await goTo(page, "operators");
  await addOperator(page, name, `${unique()}@nordlicht.example`, `${role} Custom`, CUSTOMER);
  const operator = page.getByRole("row", { name });
  await expect(operator).toContainText(`${role} Custom`);
  await expect(operator).toContainText(`All but ${CUSTOMER}`);

  await goTo(page, "roles");
  await row.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText("Somebody still holds this role.")).toBeVisible();

  await goTo(page, "operators");
  await operator.getByRole("button", { name: "Change access" }).click();
  const grant = page.getByRole("dialog", { name: `Access of ${name}` });
  await expect(grant).toContainText("Acknowledge alerts");
  await choose(page, "Role", "Viewer");
  await expect(grant).not.toContainText("Acknowledge alerts");
  await grant.getByRole("button", { name: /^No longer leave out/ }).click();
  await grant.getByRole("button", { name: "Save" }).click();
  await expect(operator).toContainText("Viewer");
  await expect(operator).not.toContainText("All but");

  await goTo(page, "roles");
  await row.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await expect(row).toHaveCount(0);
});

test("a customer's owner denies its dealer something; the dealer reads it and no longer finds it", async ({ page, browser }) => {
  const email = `${unique()}@brouwerdewit.example`;
  const customer = await goToAccount(page, CUSTOMER);
  await page.goto(`${customer}/operators`);
  const password = await addOperator(page, `Owner ${unique()}`, email, "Owner");

  const owner = await another(browser, email, password);
  await owner.getByRole("link", { name: "Restrictions" }).click();
  await expect(owner.getByRole("heading", { name: "What your dealer may do" })).toBeVisible();
  await expect(owner.getByRole("region", { name: "Not restricted" }).getByRole("listitem").filter({ hasText: email })).toContainText("Owner");
  const tokens = owner.getByRole("switch", { name: "Make and revoke API tokens" });
  await tokens.focus();
  await owner.keyboard.press("Space");
  await expect(owner.getByText("Denied from now on")).toBeVisible();
  await expect(tokens).not.toBeChecked();

  await page.goto(`${customer}/limits`);
  await expect(page.getByRole("heading", { name: `What you may do at ${CUSTOMER}` })).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: "Make and revoke API tokens" })).toContainText("Denied");
  await expect(page.getByRole("switch")).toHaveCount(0);
  await expect(page.getByRole("link", { name: "API tokens" })).toHaveCount(0);
  await expect(owner.getByRole("link", { name: "API tokens" })).toBeVisible();

  await owner.getByRole("link", { name: "See what was done from above" }).click();
  await expect(owner).toHaveURL(/above=true/);
  await expect(owner.getByRole("button", { name: "Only by those above" })).toHaveAttribute("aria-pressed", "true");
  await expect(owner.getByRole("row").filter({ hasText: "operator.added" }).first()).toContainText("through Nordlicht");
  await expect(owner.getByRole("row").filter({ hasText: "operator.added" }).first()).toContainText("Operator added");

  await owner.goBack();
  await tokens.focus();
  await owner.keyboard.press("Space");
  await expect(owner.getByText("Allowed from now on")).toBeVisible();
  await owner.context().close();
});

test("a token may do what was chosen one by one, and shows it", async ({ page }) => {
  const name = `Meter export ${unique()}`;
  await goTo(page, "tokens");
  await page.getByRole("button", { name: "Create token" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Create token" });
  await dialog.getByRole("textbox", { name: "Name" }).fill(name);
  await choose(page, "May do", "Chosen permissions …");
  await expect(dialog.getByRole("button", { name: "Create" })).toBeDisabled();
  await dialog.getByRole("checkbox", { name: "See devices, alerts, sites and collectors" }).check({ force: true });
  await dialog.getByRole("button", { name: "Create" }).click();
  await expect(page.getByRole("dialog").locator("code")).toContainText("bwk_");
  await page.getByRole("button", { name: "Done" }).click();
  const row = page.getByRole("row", { name });
  await row.getByText("1 permission").click();
  await expect(row).toContainText("See devices, alerts, sites and collectors");
});

test("an account comes with its first owner, and the tree is walked by keys", async ({ page }) => {
  const dealer = `Dealer ${unique()}`;
  await goTo(page, "accounts");
  await page.getByRole("button", { name: "Add account" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Add account" });
  await dialog.getByRole("textbox", { name: "Name", exact: true }).fill(dealer);
  await choose(page, "Kind", "Dealer");
  await dialog.getByRole("checkbox", { name: "Give it a first owner" }).check({ force: true });
  await dialog.getByLabel("Owner’s name").fill("Kim Berg");
  await dialog.getByLabel("Owner’s e-mail address").fill(`${unique()}@berg.example`);
  await dialog.getByRole("button", { name: "Create" }).click();
  await expect(page.getByRole("dialog", { name: `${dealer} has been created.` }).locator("code")).toHaveCount(2);
  await page.getByRole("button", { name: "Done" }).click();

  const tree = page.getByRole("treegrid", { name: "Account tree" });
  const row = tree.getByRole("row", { name: dealer, exact: true });
  await expect(row).toHaveAttribute("aria-expanded", "false");
  await tree.getByRole("row").first().focus();
  await page.keyboard.type(dealer);
  await expect(row).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(row).toHaveAttribute("aria-expanded", "true");
  await expect(tree.getByRole("row", { name: `No accounts below ${dealer}` })).toHaveAttribute("aria-level", "2");
  await page.keyboard.press("ArrowLeft");
  await expect(row).toHaveAttribute("aria-expanded", "false");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: dealer })).toBeVisible();
});

test("who runs the platform sees which accounts there are, and nothing of what they hold", async ({ browser }) => {
  test.skip(!PLATFORM, "no operator of the platform's root is known");
  const page = await another(browser, PLATFORM?.email ?? "", PLATFORM?.password ?? "");
  await expect(page.getByText("You run the platform")).toBeVisible();
  const navigation = page.getByRole("navigation", { name: "Administration" });
  await expect(navigation.getByRole("link", { name: "Accounts" })).toBeVisible();
  for (const hidden of ["Devices", "Alerts", "Collectors"])
    await expect(page.getByRole("link", { name: hidden, exact: true })).toHaveCount(0);
  const refused = page.waitForResponse((response) => /\/devices\?/.test(response.url()));
  await page.goto(`${page.url().replace(/\/$/, "")}/devices`);
  expect((await refused).status()).toBe(403);
  await expect(page.getByRole("alert")).toContainText("Your role does not allow this.");
  await expect(page.getByRole("alert")).toContainText("Ask an owner or administrator of");
  await page.context().close();
});
