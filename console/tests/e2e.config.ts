import { defineConfig } from "@playwright/test";
import { browser } from "./browser";

export default defineConfig({
  testDir: "e2e",
  outputDir: "../test-results/e2e",
  timeout: 60_000,
  expect: { timeout: 15_000 },
  workers: 1,
  reporter: [["list"]],
  // The server's own CA signs its certificate.
  use: { ...browser, ignoreHTTPSErrors: true },
});
