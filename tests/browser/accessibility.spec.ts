/** axe over every page in both themes: no serious and no critical violation. */
import axe from "axe-core";
import type { Page } from "@playwright/test";
import { addAccount, deviceRows, expect, goTo, goToDevices, test } from "./portal";

const SECTIONS = ["", "devices", "alerts", "collectors", "groups", "accounts", "operators", "roles", "sign-in", "limits", "tokens", "drivers", "audit", "usage", "branding", "connections", "settings", "settings/move", "security"];

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: typeof import("axe-core") }).axe.run(document);
    return violations.map(({ id, impact, nodes }) => ({ id, impact, where: nodes.slice(0, 3).map((node) => node.html.slice(0, 160)) }));
  });
  return found
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, impact, where }) => `${impact} ${id}: ${where.join(" | ")}`);
}

async function settled(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
}

for (const theme of ["light", "dark"] as const) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme });

    for (const section of SECTIONS) {
      test(section || "overview", async ({ page }) => {
        await goTo(page, section);
        await settled(page);
        expect(await violations(page)).toEqual([]);
      });
    }

    test("a device, and its dialogs", async ({ page }) => {
      await goToDevices(page);
      await deviceRows(page).first().locator("a").click();
      await page.waitForURL(/\/devices\/[0-9a-f-]{36}/);
      await settled(page);
      expect(await violations(page)).toEqual([]);
      await page.getByRole("button", { name: "Edit" }).click();
      await expect(page.getByRole("dialog")).toBeVisible();
      expect(await violations(page)).toEqual([]);
    });

    for (const { section, open } of [
      { section: "roles", open: "Make a role" },
      { section: "operators", open: "Add operator" },
      { section: "operators", open: "Change access" },
      { section: "accounts", open: "Add account" },
      { section: "operators", open: "See as this operator does" },
      { section: "connections", open: "Allow a host" },
      { section: "groups", open: "Make a group" },
    ]) {
      test(`${section}: ${open}`, async ({ page }) => {
        await goTo(page, section);
        await settled(page);
        await page.getByRole("button", { name: open }).first().click();
        await expect(page.getByRole("dialog")).toBeVisible();
        await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
        expect(await violations(page)).toEqual([]);
      });
    }

    test("what is done to a whole account", async ({ page }) => {
      await goTo(page);
      const account = await addAccount(page, `Axe ${theme} ${Date.now().toString(36)}`, "customer");
      await page.goto(`${account}/settings`);
      await settled(page);
      expect(await violations(page)).toEqual([]);
      for (const open of ["Change quotas", "Suspend", "Delete account …"]) {
        await page.getByRole("button", { name: open, exact: true }).click();
        const dialog = page.getByRole("dialog").or(page.getByRole("alertdialog"));
        await expect(dialog).toBeVisible();
        expect(await violations(page)).toEqual([]);
        await page.getByRole("button", { name: "Cancel" }).click();
        await expect(dialog).toBeHidden();
      }
      await page.getByRole("button", { name: "Suspend", exact: true }).click();
      await page.getByRole("alertdialog").getByRole("button", { name: "Suspend", exact: true }).click();
      await expect(page.getByText("This account is suspended.")).toBeVisible();
      await expect(page.getByRole("alertdialog")).toBeHidden();
      expect(await violations(page)).toEqual([]);
    });

    test("the page to sign in on", async ({ browser }) => {
      const context = await browser.newContext({ storageState: { cookies: [], origins: [] }, colorScheme: theme });
      const page = await context.newPage();
      await page.goto("/sign-in");
      await settled(page);
      expect(await violations(page)).toEqual([]);
      await context.close();
    });
  });
}
