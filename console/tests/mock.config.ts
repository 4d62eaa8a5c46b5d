import { defineConfig } from "@playwright/test";
import { browser } from "./browser";

export default defineConfig({
  testDir: ".",
  testMatch: process.env.BARTIZAN_SHOOT ? "shoot.spec.ts" : "mock/*.spec.ts",
  outputDir: "../test-results/mock",
  // For a slow machine that does other work too. A test that fails once has failed: no retries.
  timeout: 90_000,
  expect: { timeout: 15_000 },
  retries: 0,
  workers: 2,
  fullyParallel: true,
  reporter: [["list"]],
  use: browser,
});
