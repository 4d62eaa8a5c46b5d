import { defineConfig } from "@playwright/test";
import { browser } from "./browser";

export default defineConfig({
  testDir: "e2e",
  outputDir: "../test-results/e2e",
  timeout: 180_000,
  expect: { timeout: 30_000 },
  retries: 0,
  workers: 1,
  reporter: [["list"]],
  // The server's own CA signs its certificate.
  use: { ...browser, ignoreHTTPSErrors: true },
});
