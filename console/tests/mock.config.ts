import { defineConfig } from "@playwright/test";
import { browser } from "./browser";

export default defineConfig({
  testDir: ".",
  testMatch: process.env.BARTIZAN_SHOOT ? "shoot.spec.ts" : "mock/*.spec.ts",
  outputDir: "../test-results/mock",
  timeout: 30_000,
  expect: { timeout: 8_000 },
  workers: 2,
  fullyParallel: true,
  reporter: [["list"]],
  use: browser,
});
