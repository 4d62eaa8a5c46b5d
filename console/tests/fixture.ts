import { test as base } from "@playwright/test";
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
    await use((path) => origin + path);
    if (broken.length > 0) throw new Error(broken.join("\n"));
  },
});

export { expect } from "@playwright/test";
