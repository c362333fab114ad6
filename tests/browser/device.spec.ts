import { deviceRows, expect, goToDevices, test } from "./portal";

test.beforeEach(async ({ page }) => {
  await goToDevices(page);
  await deviceRows(page).first().locator("a").click();
  await page.waitForURL(/\/devices\/[0-9a-f-]{36}/);
  await expect(page.getByRole("region", { name: "Details" })).toBeVisible();
});

test("a device shows its facts by category, its supplies and its counter", async ({ page }) => {
  await expect(page.getByRole("region", { name: "Details" })).toContainText("Identifiers");
  await expect(page.getByRole("region", { name: "What is collected" })).toContainText("Never collected by this driver");
  const supplies = page.getByRole("region", { name: "Supplies" });
  await expect(supplies.getByRole("listitem").first()).toContainText(/\d ?%|Unknown|Some left|No limit|OK|Low|Empty/);
  await expect(supplies).not.toContainText(/-[123] ?%/);
  await expect(page.getByRole("group", { name: "Time range" }).or(page.getByRole("radiogroup", { name: "Time range" }))).toBeVisible();
});

test("the chart's range can be chosen", async ({ page }) => {
  const asked = page.waitForRequest((request) => request.url().includes("/readings?") && request.url().includes("step=14400"));
  await page.getByRole("radio", { name: "30 days" }).click();
  await asked;
});

test("a device is renamed, and the undo gives the old name back", async ({ page }) => {
  const heading = page.getByRole("heading", { level: 1 });
  const before = (await heading.innerText()).trim();
  await page.getByRole("button", { name: "Edit" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill(`${before} (renamed)`);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(heading).toHaveText(`${before} (renamed)`);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(heading).toHaveText(before);
});

test("retiring asks first and can be left by Escape", async ({ page }) => {
  await page.getByRole("button", { name: "Retire" }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog).toContainText("reports are ignored");
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("button", { name: "Retire" })).toBeFocused();
});
