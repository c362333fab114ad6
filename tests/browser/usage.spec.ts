import { readFileSync } from "node:fs";
import { expect, goTo, test } from "./portal";

test("the month is chosen in the address, and the file for invoices has its rows", async ({ page }) => {
  const root = await goTo(page, "usage");
  await expect(page.getByRole("heading", { level: 1, name: "Usage" })).toBeVisible();
  await page.getByRole("button", { name: /Month/ }).click();
  await page.getByRole("option").nth(1).click();
  await expect(page).toHaveURL(/month=\d{4}-\d\d/);
  const month = new URL(page.url()).searchParams.get("month") ?? "";
  await page.reload();
  await expect(page.getByRole("button", { name: /Month/ })).not.toContainText("Month");
  const asked = page.waitForRequest((request) => request.headers().accept === "text/csv" && request.url().includes("by=month"));
  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: "CSV for invoices" }).click();
  expect((await asked).url()).toContain(`from=${month}-01`);
  const download = await waiting;
  expect(download.suggestedFilename()).toContain(month);
  expect(readFileSync(await download.path(), "utf8")).toContain("account.name,period,driver,devices,device_days");
  await page.goto(`${root}/usage?month=2026-99`);
  await expect(page.getByRole("heading", { level: 1, name: "Usage" })).toBeVisible();
});
