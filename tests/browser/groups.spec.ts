/** A group of devices: made at their account, filled on their pages, a filter of the list, renamed and deleted. */
import type { Page } from "@playwright/test";
import { call, deviceRows, expect, goTo, goToDevices, test } from "./portal";

type Place = { list: string; page: string; name: string; account: { id: string; name: string } };

/** The first device of the list, where it stands, and the account that it belongs to. */
async function firstDevice(page: Page): Promise<Place> {
  await goToDevices(page);
  const link = deviceRows(page).first().locator("a");
  const name = (await link.innerText()).trim();
  const [address = "", at = "", device = ""] = /\/a\/([0-9a-f-]{36})\/devices\/([0-9a-f-]{36})/.exec((await link.getAttribute("href")) ?? "") ?? [];
  const { account } = await call<{ account: Place["account"] }>(page, "GET", `/accounts/${at}/devices/${device}`);
  return { list: `/a/${at}/devices`, page: address, name, account };
}

async function makeGroup(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: "Make a group" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Make a group" });
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByRole("button", { name: "Create" }).click();
}

test("a group is made, filled, narrows the list, and goes without its devices", async ({ page }) => {
  const group = `Floor ${Date.now().toString(36)}`;
  const device = await firstDevice(page);
  const groups = `/a/${device.account.id}/groups`;

  await page.goto(groups);
  await makeGroup(page, group);
  const row = page.getByRole("row", { name: group });
  await expect(row.getByRole("cell").nth(1)).toHaveText("0");

  await makeGroup(page, group);
  const dialog = page.getByRole("dialog", { name: "Make a group" });
  await expect(dialog).toContainText("A group of this account has this name already.");
  await expect(dialog.getByLabel("Name")).toBeFocused();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(row).toHaveCount(1);

  await page.goto(device.page);
  const card = page.getByRole("region", { name: "Groups" });
  await card.getByRole("button", { name: "Add to a group" }).click();
  await page.getByRole("menuitem", { name: group }).click();
  await expect(page.getByText(`The device is in ${group} now.`)).toBeVisible();
  await expect(card.getByRole("link", { name: group })).toBeVisible();

  await page.goto(device.list);
  await expect(deviceRows(page).first()).toBeVisible();
  await page.getByRole("button", { name: /^Group/ }).click();
  await page.getByRole("option", { name: group }).click();
  await expect(page).toHaveURL(/group=[0-9a-f-]{36}/);
  await expect(deviceRows(page)).toHaveCount(1);
  await expect(deviceRows(page).first()).toContainText(device.name);
  await page.reload();
  await expect(deviceRows(page)).toHaveCount(1);

  await goTo(page, "groups");
  await expect(row).toContainText(device.account.name);
  await row.getByRole("link", { name: group }).click();
  await expect(page).toHaveURL(/group=[0-9a-f-]{36}/);
  await expect(deviceRows(page)).toHaveCount(1);

  await page.goto(groups);
  await expect(row.getByRole("cell").nth(1)).toHaveText("1");
  await row.getByRole("button", { name: `Rename: ${group}` }).click();
  const rename = page.getByRole("dialog", { name: "Rename group" });
  await expect(rename.getByLabel("Name")).toHaveValue(group);
  await rename.getByLabel("Name").fill(`${group} west`);
  await rename.getByRole("button", { name: "Save" }).click();
  const renamed = page.getByRole("row", { name: `${group} west` });
  await expect(renamed).toBeVisible();

  await renamed.getByRole("button", { name: `Delete: ${group} west` }).click();
  const ask = page.getByRole("alertdialog", { name: `Delete ${group} west?` });
  await expect(ask).toContainText("Its devices stay");
  await expect(ask.getByRole("button", { name: "Cancel" })).toBeFocused();
  await ask.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText(`The group ${group} west is deleted.`)).toBeVisible();
  await expect(renamed).toHaveCount(0);

  await page.goto(device.page);
  await expect(page.getByRole("heading", { level: 1, name: device.name })).toBeVisible();
  await expect(page.getByRole("link", { name: group })).toHaveCount(0);
});

test("a device is taken out of a group by keys, and the undo puts it back", async ({ page }) => {
  const group = `Ward ${Date.now().toString(36)}`;
  const device = await firstDevice(page);
  const made = await call<{ id: string }>(page, "POST", `/accounts/${device.account.id}/groups`, { name: group });
  await page.goto(device.page);
  const card = page.getByRole("region", { name: "Groups" });
  const inside = card.getByRole("link", { name: group });

  const add = card.getByRole("button", { name: "Add to a group" });
  await add.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menu", { name: "Add to a group" })).toBeVisible();
  await page.getByRole("menuitem", { name: group }).focus();
  await page.keyboard.press("Enter");
  await expect(inside).toBeVisible();
  await expect(card.locator(":focus")).toHaveCount(1);

  await card.getByRole("button", { name: `Take out of ${group}` }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByText(`The device is no longer in ${group}.`)).toBeVisible();
  await expect(inside).toHaveCount(0);
  await expect(card.locator(":focus")).toHaveCount(1);

  await page.getByRole("button", { name: "Undo" }).click();
  await expect(inside).toBeVisible();
  await call(page, "DELETE", `/accounts/${device.account.id}/groups/${made.id}`);
});
