import { addAccount, expect, goTo, test } from "./portal";

const unique = () => Date.now().toString(36);

test("a host is allowed, refused beside its field where it is none, held below, and taken away", async ({ page }) => {
  await goTo(page);
  const dealer = await addAccount(page, `Outgoing ${unique()}`, "dealer");
  await page.goto(`${dealer}/connections`);
  await expect(page.getByText("No host is allowed")).toBeVisible();
  await page.getByRole("button", { name: "Allow a host" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Allow a host" });
  await dialog.getByLabel("Host").fill("https://hooks.example.com/x");
  await dialog.getByRole("button", { name: "Add" }).click();
  await expect(dialog.getByText("without a scheme or path")).toBeVisible();
  await expect(dialog.getByLabel("Host")).toBeFocused();
  await dialog.getByLabel("Host").fill("127.0.0.1");
  await dialog.getByRole("button", { name: "Add" }).click();
  await expect(dialog.getByText("Enter a public host name")).toBeVisible();
  await dialog.getByLabel("Host").fill("hooks.example.com");
  await dialog.getByRole("button", { name: "Add" }).click();
  await expect(dialog).toBeHidden();
  const row = page.getByRole("row", { name: /hooks\.example\.com/ });
  await expect(row).toContainText("Webhook");

  const customer = await addAccount(page, `Below ${unique()}`, "customer");
  await page.goto(`${customer}/connections`);
  await expect(row).toContainText("Outgoing");
  await expect(row.getByRole("button")).toHaveCount(0);

  await page.goto(`${dealer}/connections`);
  await row.getByRole("button", { name: /^Take host away/ }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Take host away" }).click();
  await expect(row).toHaveCount(0);
});
