/** Signs in once for all tests, as a person would. */
import { signIn, test as setup } from "./portal";
import { STATE } from "./world";

setup("sign in", async ({ page }) => {
  await page.goto("/");
  await signIn(page);
  await page.waitForURL(/\/a\//);
  await page.context().storageState({ path: STATE });
});
