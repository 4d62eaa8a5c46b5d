// Debian's Chromium, quiet: no updates, no sync, nothing looked up.
import type { PlaywrightTestConfig } from "@playwright/test";

export const browser = {
  viewport: { width: 1440, height: 900 },
  locale: "en-GB",
  screenshot: "only-on-failure" as const,
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
} satisfies NonNullable<PlaywrightTestConfig["use"]>;
