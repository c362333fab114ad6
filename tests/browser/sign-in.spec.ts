import { expect, signIn, test } from "./portal";
import { EMAIL } from "./world";

test.use({ storageState: { cookies: [], origins: [] } });

test("a wrong password is refused with a sentence, and nothing is revealed about the address", async ({ page }) => {
  await page.goto("/");
  await expect(page).toHaveURL(/\/sign-in/);
  await signIn(page, EMAIL, "certainly-not-the-password");
  await expect(page.getByRole("alert")).toHaveText("The e-mail address or password is wrong.");
  await signIn(page, "nobody@nowhere.example", "certainly-not-the-password");
  await expect(page.getByRole("alert")).toHaveText("The e-mail address or password is wrong.");
});

test("after sign-in one is where one wanted to be, and signing out ends the session", async ({ page }) => {
  await page.goto("/");
  await signIn(page);
  await page.waitForURL(/\/a\/[0-9a-f-]{36}/);
  const alerts = `${new URL(page.url()).pathname}/alerts?severity=critical`;
  await page.context().clearCookies();
  await page.goto(alerts);
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await signIn(page);
  await expect(page).toHaveURL(new RegExp(`${alerts.replace("?", "\\?")}$`));
  await page.getByRole("button", { name: /^Your menu/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await page.goto(alerts);
  await expect(page).toHaveURL(/\/sign-in\?next=/);
});

test("a session that ends while one works leads back to the same address", async ({ page }) => {
  await page.goto("/");
  await signIn(page);
  await page.waitForURL(/\/a\//);
  await expect(page.getByRole("region", { name: "Open alerts" })).toBeVisible();
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
  await page.context().clearCookies();
  await page.getByRole("link", { name: "Operators" }).click();
  await expect(page.getByText("Your session has ended.")).toBeVisible();
  await signIn(page);
  await expect(page).toHaveURL(/\/operators$/);
});
