import { readFileSync } from "node:fs";
import { deviceRows, expect, goToDevices, test } from "./portal";

test("the filter lives in the address and survives a reload", async ({ page }) => {
  await goToDevices(page);
  const model = await deviceRows(page).first().locator("td").nth(1).innerText();
  const word = model.split("\n")[0]?.split(" ")[0] ?? "";
  await page.getByRole("searchbox").fill(word);
  await expect(page).toHaveURL(new RegExp(`q=${encodeURIComponent(word)}`));
  await expect(deviceRows(page).first()).toContainText(word);
  await page.reload();
  await expect(page.getByRole("searchbox")).toHaveValue(word);
  await expect(deviceRows(page).first()).toContainText(word);
});

test("a filter that nothing matches says so and is reset by one click", async ({ page }) => {
  await goToDevices(page);
  await page.getByRole("searchbox").fill("no-device-is-called-this");
  await expect(page.getByText("Nothing found")).toBeVisible();
  await page.getByRole("link", { name: "Reset filters" }).click();
  await expect(deviceRows(page).first()).toBeVisible();
  await expect(page.getByRole("searchbox")).toHaveValue("");
});

test("facets are kept in the address", async ({ page }) => {
  await goToDevices(page);
  await page.getByRole("button", { name: /^Status/ }).first().click();
  await page.getByRole("option", { name: "Online" }).click();
  await expect(page).toHaveURL(/status=online/);
  await expect(deviceRows(page).first()).toBeVisible();
});

test("a column sorts both ways and says so", async ({ page }) => {
  await goToDevices(page);
  const head = page.getByRole("columnheader", { name: "Pages" });
  await head.getByRole("button").click();
  await expect(head).toHaveAttribute("aria-sort", "descending");
  await expect(page).toHaveURL(/sort=-headline\.pages/);
  await head.getByRole("button").click();
  await expect(head).toHaveAttribute("aria-sort", "ascending");
});

test("only rows in view exist, and each knows its place", async ({ page }) => {
  await goToDevices(page);
  const shown = await deviceRows(page).count();
  expect(shown).toBeLessThan(45);
  await expect(deviceRows(page).first()).toHaveAttribute("aria-rowindex", "2");
  await page.getByRole("table").locator("tbody a").first().focus();
  await page.keyboard.press("End");
  await expect(page.locator("tbody a:focus")).toBeVisible();
  const last = Number(await page.locator("tbody tr:focus-within").getAttribute("aria-rowindex"));
  expect(last).toBeGreaterThanOrEqual(shown > 20 ? shown - 10 : shown);
});

test("the CSV file has the rows of the list", async ({ page }) => {
  await goToDevices(page);
  const name = (await deviceRows(page).first().locator("a").innerText()).trim();
  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download CSV" }).click();
  const download = await waiting;
  expect(download.suggestedFilename()).toMatch(/^bailiwick-devices-\d{4}-\d\d-\d\d\.csv$/);
  const text = readFileSync(await download.path(), "utf8");
  expect(text.split("\n")[0]).toContain("name");
  expect(text).toContain(name);
});
