// Each page, light and dark, wide and narrow: nothing for axe to say, no sideways scroll, one h1.
import type { Page } from "@playwright/test";
import { violations } from "../axe";
import * as data from "../data";
import { expect, settle, test } from "../fixture";

const pages: [string, string][] = [
  ["overview", "/"],
  ["alerts", "/alerts"],
  ["alert", `/alerts/${data.alerts[0]!.id}`],
  ["devices", "/devices"],
  ["device", `/devices/${data.devices[0]!.id}`],
  ["apps", "/apps"],
  ["app", `/apps/${"5e".repeat(32)}`],
  ["policies", "/policies"],
  ["policy", "/policies/personal?version=1"],
  ["enrol", "/enrol"],
  ["audit", "/audit"],
  ["connectors", "/connectors"],
  ["account", "/settings"],
  ["administrators", "/settings/administrators"],
  ["tokens", "/settings/tokens"],
  ["nowhere", "/nowhere"],
];

async function sideways(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1440, 390]) {
    for (const [name, path] of pages) {
      test(`axe finds nothing on the page ${name}, ${colorScheme} at ${width}`, async ({ page, at, mock }) => {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        await page.goto(at(path));
        await settle(page, mock);
        expect(await violations(page)).toEqual([]);
        await expect(page.locator("h1")).toHaveCount(1);
        for (const bar of await page.getByRole("navigation").all()) {
          expect(await bar.locator("a:not(.brand)[aria-current=page]").count(), "one place at a time").toBeLessThanOrEqual(1);
        }
        expect(await sideways(page), "sideways scroll").toBe(0);
        expect(await page.locator("body").innerText(), "our own isolates shown").not.toContain("U+20");
      });
    }
  }
}

test("dialogs and the sign-in have nothing for axe to say", async ({ page, at, mock }) => {
  await page.goto(at("/alerts"));
  await page.getByRole("link", { name: "Banking trojan pattern" }).waitFor();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  expect(await violations(page), "keys").toEqual([]);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search phones, people, alerts" }).fill("ines");
  await page.getByRole("option", { name: /Ines' Galaxy/ }).first().waitFor();
  expect(await violations(page), "palette").toEqual([]);
  mock.session = null;
  await page.goto(at("/"));
  await page.getByRole("heading", { name: "Sign in to Bartizan" }).waitFor();
  expect(await violations(page), "sign in").toEqual([]);
});

test("320 px wide without sideways scroll", async ({ page, at, mock }) => {
  await page.setViewportSize({ width: 320, height: 800 });
  for (const [name, path] of pages) {
    await page.goto(at(path));
    await settle(page, mock);
    expect(await sideways(page), name).toBe(0);
  }
});

test("right to left the navigation stands at the right", async ({ page, at, mock }) => {
  await page.goto(at("/alerts"));
  await settle(page, mock);
  await page.evaluate(() => document.documentElement.setAttribute("dir", "rtl"));
  const box = await page.getByRole("navigation", { name: "Main" }).boundingBox();
  expect(box!.x).toBeGreaterThan(1000);
  expect(await sideways(page)).toBe(0);
});

test("the first Tab reaches the skip link, which leads to the content", async ({ page, at, mock }) => {
  await page.goto(at("/alerts"));
  await settle(page, mock);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("main")).toBeFocused();
});
