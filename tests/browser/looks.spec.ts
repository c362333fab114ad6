import { expect, goTo, goToDevices, test } from "./portal";

test("dark mode follows the choice, over the system, and is kept", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await goTo(page);
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.getByRole("button", { name: /^Your menu/ }).click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  await expect.poll(background).not.toBe(light);
  const dark = await background();
  await page.reload();
  expect(await background()).toBe(dark);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.getByRole("button", { name: /^Your menu/ }).click();
  await page.getByRole("menuitemradio", { name: "As the system" }).click();
  await expect.poll(background).toBe(light);
});

test("every language is complete on the screen and asked of the server", async ({ page }) => {
  await goToDevices(page);
  const spoken: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/api/v1/accounts/")) spoken.push(request.headers()["accept-language"] ?? "");
  });
  const languages = [
    { name: "Deutsch", lang: "de", title: "Geräte" },
    { name: "Nederlands", lang: "nl", title: "Apparaten" },
    { name: "Français", lang: "fr", title: "Appareils" },
    { name: "English", lang: "en", title: "Devices" },
  ];
  for (const { name, lang, title } of languages) {
    await page.locator(".who").click();
    await page.getByRole("menuitemradio", { name }).click();
    await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
    await expect(page.locator("html")).toHaveAttribute("lang", lang);
    await page.reload();
    await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
    expect(spoken.at(-1)).toBe(lang);
  }
});

test("nothing moves for those who asked for less motion", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await goTo(page);
  const longest = await page.evaluate(() =>
    Math.max(...[...document.querySelectorAll("*")].map((element) => Number.parseFloat(getComputedStyle(element).transitionDuration) || 0)),
  );
  expect(longest).toBeLessThan(0.001);
});
