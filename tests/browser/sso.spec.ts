/** Single sign-on from its set-up to the end, through a certified provider that runs beside the platform. */
import type { Browser, Page } from "@playwright/test";
import { expect, goTo, signIn, test } from "./portal";
import { PLATFORM, PROVIDER } from "./world";

async function another(browser: Browser): Promise<Page> {
  const context = await browser.newContext({
    storageState: { cookies: [], origins: [] },
    ignoreHTTPSErrors: true,
    locale: "en-GB",
  });
  return context.newPage();
}

test("a provider is set up and tested, its domain confirmed, and somebody new signs in by it", async ({ page, browser }) => {
  test.skip(!PROVIDER || !PLATFORM, "no provider runs beside the platform");
  const { issuer, secret } = PROVIDER ?? { issuer: "", secret: "" };
  await goTo(page, "sign-in");
  await page.getByRole("button", { name: "Set up a provider" }).first().click();
  const form = page.getByRole("dialog", { name: "Set up a provider" });
  await form.getByLabel("Issuer").fill(issuer);
  await form.getByRole("button", { name: "Test the connection" }).click();
  await expect(form.getByText("The provider may not be called yet.")).toBeVisible();
  await form.getByRole("button", { name: "Allow them" }).click();
  await expect(form.getByText("The provider is reached, and its configuration is in order.")).toBeVisible();
  await form.getByLabel("Client ID").fill("bailiwick");
  await form.getByLabel("Client secret").fill(secret);
  await form.getByLabel("E-mail domains").fill("rhein.example");
  await form.getByRole("button", { name: "Add a rule" }).click();
  await form.getByLabel("Value").fill("field");
  await form.getByRole("button", { name: /Role$/ }).click();
  await page.getByRole("option", { name: "Technician" }).click();
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form).toBeHidden();
  const domains = page.getByRole("region", { name: "E-mail domains" });
  await expect(domains.getByRole("listitem")).toContainText("Waits to be confirmed");
  expect(await page.content()).not.toContain(secret);

  const platform = await another(browser);
  await platform.goto("/");
  await signIn(platform, PLATFORM?.email, PLATFORM?.password);
  await platform.getByRole("link", { name: "Single sign-on" }).click();
  const asked = platform.getByRole("region", { name: "Domains that accounts asked for" });
  await asked.getByRole("listitem").filter({ hasText: "rhein.example" }).getByRole("button", { name: "Confirm" }).click();
  await platform.getByRole("alertdialog").getByRole("button", { name: "Confirm" }).click();
  await expect(asked.getByRole("listitem").filter({ hasText: "rhein.example" })).toContainText("Confirmed on");
  await platform.context().close();

  const ann = await another(browser);
  await ann.goto("/sign-in");
  await ann.getByLabel("E-mail address").fill("ann@elsewhere.example");
  await expect(ann.getByRole("button", { name: /single sign-on/ })).toHaveCount(0);
  await ann.getByLabel("E-mail address").fill("ann@rhein.example");
  await ann.getByRole("button", { name: "Continue with single sign-on" }).click();
  await ann.getByLabel("Person").fill("ann");
  await ann.getByRole("button", { name: "Continue" }).click();
  await ann.waitForURL(/\/a\/[0-9a-f-]{36}/);
  expect(ann.url()).not.toContain("code=");
  await expect(ann.getByRole("button", { name: /^Your menu/ })).toContainText("Ann Berg");
  // the browser's way back leads to no second answer
  await ann.goto("/sign-in/callback");
  await expect(ann.getByRole("alert")).toContainText("took too long, or began in another browser");

  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
  await expect(page.getByText("No provider is set up")).toBeVisible();
  await ann.goto("/");
  await expect(ann).toHaveURL(/\/sign-in/);
  await ann.context().close();
});
