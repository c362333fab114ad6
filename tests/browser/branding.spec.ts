/** A dealer's brand: set on its page, worn by the portal, inherited by its customers, and shown before sign-in. */
import { deflateSync } from "node:zlib";
import { addAccount, call, expect, goTo, signIn, test } from "./portal";
import { BASE_URL, PLATFORM } from "./world";

const unique = () => Date.now().toString(36);

/** A red PNG of 48 by 24 pixels (its check sums by the table of RFC 2083). */
function png(): Buffer {
  const table = Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let bit = 0; bit < 8; bit += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c >>> 0;
  });
  const crc = (data: Buffer) => ~data.reduce((sum, byte) => (table[(sum ^ byte) & 255] ?? 0) ^ (sum >>> 8), -1) >>> 0;
  const chunk = (kind: string, body: Buffer) => {
    const told = Buffer.concat([Buffer.from(kind), body]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(body.length, 0);
    ends.writeUInt32BE(crc(told), 4);
    return Buffer.concat([ends.subarray(0, 4), told, ends.subarray(4)]);
  };
  const head = Buffer.from([0, 0, 0, 48, 0, 0, 0, 24, 8, 2, 0, 0, 0]);
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(48 * 3, Buffer.from([170, 34, 0]))]);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: 24 }, () => row)));
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([signature, chunk("IHDR", head), chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0))]);
}

test("a brand is set with a warning for what cannot be read, and worn below", async ({ page }) => {
  await goTo(page);
  const dealer = await addAccount(page, `Branded ${unique()}`, "dealer");
  await page.goto(`${dealer}/branding`);
  const save = page.getByRole("button", { name: "Save" });
  await page.getByLabel("Product name").fill("Rhein IT");
  await page.getByLabel("Accent colour").fill("#ffee00");
  await expect(page.getByText("White text could not be read on this colour")).toBeVisible();
  await expect(save).toBeDisabled();
  await page.getByLabel("Accent colour").fill("#aa2200");
  await page.getByLabel("Help on the web").fill("http://insecure.example");
  await save.click();
  await expect(page.getByText("Enter an address that begins with https://")).toBeVisible();
  await expect(page.getByLabel("Help on the web")).toBeFocused();
  await page.getByLabel("Help on the web").fill("https://help.rhein-it.example");
  await save.click();
  await expect(page.getByText("The branding has been saved.")).toBeVisible();
  await expect(page).toHaveTitle("Branding · Rhein IT");
  await expect(page.locator("html")).toHaveAttribute("data-brand", "");
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--brand"))).toBe("#aa2200");

  const chosen = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Choose a PNG …" }).click();
  await (await chosen).setFiles({ name: "logo.png", mimeType: "image/png", buffer: Buffer.from("no picture") });
  await expect(page.getByText("This is not a PNG picture.")).toBeVisible();
  const again = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Choose a PNG …" }).click();
  await (await again).setFiles({ name: "logo.png", mimeType: "image/png", buffer: png() });
  await expect(page.getByText("Not saved yet")).toBeVisible();
  await page.getByRole("button", { name: "Use this logo" }).click();
  const mark = page.locator(".sidebar .brand img");
  await expect(mark).toHaveAttribute("src", /\/api\/v1\/branding\/logos\/[0-9a-f]{64}/);
  expect(await mark.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(48);

  const customer = await addAccount(page, `Wearer ${unique()}`, "customer");
  await page.goto(`${customer}/branding`);
  await expect(page.getByLabel("Product name")).toHaveAttribute("placeholder", "Rhein IT");
  await expect(page.getByText(/^From Branded/).first()).toBeVisible();
  await expect(page).toHaveTitle("Branding · Rhein IT");
  await goTo(page);
  await expect(page).toHaveTitle(/· Bailiwick$/);
  await expect(page.locator("html")).not.toHaveAttribute("data-brand");
});

test("the portal wears the brand of its host name before anybody has signed in", async ({ page, browser }) => {
  test.skip(!PLATFORM, "no operator of the platform's root is known");
  await goTo(page);
  const id = (await addAccount(page, `Hosted ${unique()}`, "dealer")).split("/").at(-1);
  await call(page, "PUT", `/accounts/${id}/branding`, { name: "Rhein IT", accent: "#aa2200" });
  const context = await browser.newContext({ storageState: { cookies: [], origins: [] } });
  const platform = await context.newPage();
  await platform.goto("/");
  await signIn(platform, PLATFORM?.email ?? "", PLATFORM?.password ?? "");
  await platform.waitForURL(/\/a\/[0-9a-f-]{36}/);
  const host = `${unique()}.localhost`;
  await call(platform, "PUT", `/accounts/${id}/branding/host`, { host });
  await context.close();

  const strange = await browser.newContext({ storageState: { cookies: [], origins: [] } });
  const visitor = await strange.newPage();
  const { port } = new URL(BASE_URL);
  await visitor.goto(`http://${host}:${port}/sign-in`);
  await expect(visitor).toHaveTitle("Sign in · Rhein IT");
  await expect(visitor.locator(".signin .brand")).toHaveText(/Rhein IT$/);
  await expect(visitor.getByText("Bailiwick")).toHaveCount(0);
  const button = visitor.getByRole("button", { name: "Sign in", exact: true });
  expect(await button.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe("rgb(170, 34, 0)");
  await visitor.goto(`http://elsewhere.localhost:${port}/sign-in`);
  await expect(visitor).toHaveTitle("Sign in · Bailiwick");
  await strange.close();
});
