import { test as base, expect, type Page } from "@playwright/test";
import { keepToasts } from "./browser";
import { MockServer } from "./mock_server";

interface Fixtures {
  mock: MockServer;
  at: (path: string) => string;
}

// Every test has a server of its own, and fails when the page broke the content policy or threw.
export const test = base.extend<Fixtures>({
  mock: async ({}, use) => {
    const mock = new MockServer();
    await use(mock);
    await mock.stop();
  },
  at: async ({ mock, page }, use) => {
    const origin = await mock.start();
    const broken: string[] = [];
    page.on("pageerror", (error) => broken.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" && /Content Security Policy|Refused to/.test(message.text())) broken.push(message.text());
    });
    await page.addInitScript(keepToasts);
    await use((path) => origin + path);
    if (broken.length > 0) throw new Error(broken.join("\n"));
  },
});

// The page with all it asked for: a heading, no request under way, nothing still loading.
export async function settle(page: Page, mock: MockServer) {
  await page.locator("h1").first().waitFor({ state: "attached" });
  await expect.poll(() => mock.underWay).toBe(0);
  await expect(page.getByRole("status", { name: "Loading" })).toHaveCount(0);
  // What appeared with the last answer may have asked for more.
  await expect.poll(() => mock.underWay).toBe(0);
  await expect(page.getByRole("status", { name: "Loading" })).toHaveCount(0);
}

export { expect } from "@playwright/test";
