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

// Runs in the page before its own scripts: what is said for eight seconds stays for ten minutes, so
// that a slow machine does not miss it. That it goes by itself is tested with a clock of its own.
export function keepToasts() {
  const real = window.setTimeout.bind(window) as (handler: TimerHandler, after?: number, ...rest: unknown[]) => number;
  window.setTimeout = ((handler: TimerHandler, after?: number, ...rest: unknown[]) =>
    real(handler, after === 8_000 ? 600_000 : after, ...rest)) as typeof window.setTimeout;
}
