import type { Page } from "@playwright/test";
import { expect, goTo, goToDevices, test } from "./portal";

/** Tabs until what has the focus matches; fails when the tab order never gets there. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
  }
  throw new Error(`the tab order never reaches ${selector}`);
}

test("from the overview to a device and back without a pointer", async ({ page }) => {
  await goTo(page);
  await tabTo(page, 'nav a[href$="/devices"]');
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Devices" })).toBeFocused();
  await tabTo(page, "tbody a");
  await page.keyboard.press("ArrowDown");
  await expect(page.locator('tbody tr[aria-rowindex="3"] a')).toBeFocused();
  await page.keyboard.press("Home");
  await expect(page.locator('tbody tr[aria-rowindex="2"] a')).toBeFocused();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/devices\/[0-9a-f-]{36}/);
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  await page.goBack();
  await expect(page).toHaveURL(/\/devices$/);
});

test("the skip link is the first stop and leads to the content", async ({ page }) => {
  await goTo(page);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("#main")).toBeFocused();
});

test("the account switcher is searched and used by keys, and keeps the section", async ({ page }) => {
  await goToDevices(page);
  const before = page.url();
  await page.getByRole("button", { name: /^Switch account/ }).focus();
  await page.keyboard.press("Enter");
  const options = page.getByRole("dialog", { name: "Switch account" }).getByRole("option");
  await expect(options.nth(1)).toBeVisible();
  const name = (await options.nth(1).locator("span").first().innerText()).trim();
  await page.keyboard.type(name);
  await expect(options).toHaveCount(1);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page).not.toHaveURL(before);
  await expect(page).toHaveURL(/\/devices$/);
  await expect(page.getByRole("button", { name: /^Switch account/ })).toContainText(name);
});
