/** One worker: the tests share a machine with the platform they test. */
import { defineConfig, devices } from "@playwright/test";
import { BASE_URL, STATE } from "./world";

export default defineConfig({
  testDir: ".",
  outputDir: "../../web/test-results",
  workers: 1,
  timeout: 45_000,
  expect: { timeout: 10_000 },
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  reporter: [["list"]],
  use: {
    ...devices["Desktop Chrome"],
    viewport: { width: 1360, height: 860 },
    baseURL: BASE_URL,
    ignoreHTTPSErrors: true,
    locale: "en-GB",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "sign-in", testMatch: "sign-in.setup.ts" },
    { name: "portal", testMatch: "*.spec.ts", dependencies: ["sign-in"], use: { storageState: STATE } },
  ],
});
