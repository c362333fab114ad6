/** Signs in once for all tests, as a person would. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { signIn, test as setup } from "./portal";
import { STATE } from "./world";

setup("sign in", async ({ page }) => {
  await page.goto("/");
  await signIn(page);
  await page.waitForURL(/\/a\//);
  mkdirSync(dirname(STATE), { recursive: true, mode: 0o700 });
  await page.context().storageState({ path: STATE });
});
