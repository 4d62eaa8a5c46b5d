// Devices, policies, enrolment.
import * as data from "../data";
import { expect, test } from "../fixture";

test("devices page by cursor, and Previous is the way back", async ({ page, at, mock }) => {
  mock.pageSize = 5;
  await page.goto(at("/devices"));
  await expect(page.getByRole("row")).toHaveCount(6);
  await page.getByRole("button", { name: "Next" }).click();
  await expect(page.getByRole("link", { name: "Yuki Tanaka" })).toBeVisible();
  await expect(page).toHaveURL(/cursor=5/);
  await page.getByRole("button", { name: "Next" }).click();
  await expect(page.getByRole("row")).toHaveCount(3);
  await page.getByRole("button", { name: "Previous" }).click();
  await expect(page.getByRole("link", { name: "Yuki Tanaka" })).toBeVisible();
});

test("a silent phone is unknown, never secured", async ({ page, at }) => {
  await page.goto(at("/devices"));
  const row = page.getByRole("row").filter({ hasText: "Depot scanner 2" });
  await expect(row).toContainText("Unknown");
  await expect(row).toContainText("No report for 8 days");
  await expect(row).not.toContainText("Secured");
});

test("a personal phone says what can be seen, and the exact fields", async ({ page, at }) => {
  await page.goto(at(`/devices/${data.devices[0]!.id}`));
  await expect(page.getByText("Personal phone, tier “byod”.")).toBeVisible();
  await page.getByRole("button", { name: "See the exact fields" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("Threat found on the phone");
  await expect(dialog).not.toContainText("ssid");
});

test("state is shown bad first, and what was not told is unknown", async ({ page, at }) => {
  await page.goto(at(`/devices/${data.devices[1]!.id}`));
  const rows = page.getByRole("region", { name: "State", exact: true }).getByRole("listitem");
  await expect(rows.first()).toContainText("Bad: Root or jailbreak");
  await expect(rows.filter({ hasText: "Verified boot" })).toContainText("Not told");
  await expect(page.getByRole("region", { name: "State", exact: true })).toContainText("2 bad, 1 soon, 1 unknown, 6 good");
});

test("retiring a phone asks for its name", async ({ page, at, mock }) => {
  await page.goto(at(`/devices/${data.devices[5]!.id}`));
  await page.getByRole("button", { name: "Retire…" }).click();
  const revoke = page.getByRole("button", { name: "Revoke the certificate" });
  await expect(revoke).toBeDisabled();
  await page.getByLabel("Another phone took its place").check();
  await page.getByLabel(/Type .* to go on/).fill("Yuki's Pixel");
  await revoke.click();
  await expect(page.getByText("The phone's certificate is revoked.")).toBeVisible();
  await expect.poll(() => mock.devices[5]!.state).toBe("replaced");
});

test("switching a rule's mode says what changes before it does", async ({ page, at, mock }) => {
  await page.goto(at("/policies/personal"));
  const control = page.getByRole("radiogroup", { name: /suspicious app/ });
  await control.getByText("Enforce").click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("all actions of the rule are carried out");
  await expect(dialog).toContainText("Block the app");
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(control.getByRole("radio", { name: "Warn" })).toBeChecked();
  await control.getByText("Enforce").click();
  await page.getByRole("button", { name: "Switch to Enforce" }).click();
  await expect(page.getByText(/is now in Enforce mode/)).toBeVisible();
  await expect.poll(() => mock.policies[1]!.rules[2]!.mode).toBe("enforce");
  expect(mock.changes(), "nothing was sent when it was not confirmed").toEqual([{ mode: "enforce" }]);
  await expect(page.getByText("v3 in force")).toBeVisible();
});

test("history shows what changed since a version, and returns to it", async ({ page, at, mock }) => {
  await page.goto(at("/policies/personal"));
  await page.getByRole("link", { name: /Show/ }).click();
  await expect(page.getByText("1 lines added, 1 removed")).toBeVisible();
  await page.getByRole("button", { name: "Return to it…" }).click();
  await page.getByRole("button", { name: "Return", exact: true }).click();
  await expect(page.getByText(/Version 1 is in force again/)).toBeVisible();
  await expect.poll(() => mock.policies[1]!.version).toBe(3);
});

test("enrolling shows the code once, what is collected, and the phone as it appears", async ({ page, at, mock }) => {
  await page.goto(at("/enrol"));
  await page.getByRole("button", { name: "Make the code" }).click();
  await expect(page.getByText("Give the phone a name.")).toBeVisible();
  await page.getByLabel("Name of the phone").fill("Noor's phone");
  const collected = page.getByRole("region", { name: "What is collected" });
  await expect(collected).toContainText("Link opened");
  await page.getByText("Personal", { exact: true }).click();
  await expect(page.getByRole("radio", { name: /byod/ })).toBeChecked();
  await expect(collected.getByRole("list").first()).not.toContainText("Link opened");
  await expect(collected).toContainText("Never collected in this tier");
  await page.getByRole("button", { name: "Make the code" }).click();
  await expect(page.getByRole("img", { name: /QR code/ })).toBeVisible();
  await expect(page.getByText("https://mtd.example:8445/enrol#token=")).toBeVisible();
  await expect
    .poll(() => mock.changes("/v1/enrolment-tokens"))
    .toEqual([{ device_name: "Noor's phone", ownership: "personal", tier: "byod" }]);
  mock.enrolledDevice = data.devices[3]!.id;
  await expect(page.getByText("The phone has enrolled")).toBeVisible();
  await page.getByRole("link", { name: "Open the phone" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Hanna's Pixel");
});

test("the palette finds phones and alerts and runs commands", async ({ page, at }) => {
  await page.goto(at("/"));
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search phones, people, alerts" }).fill("hanna");
  // Alerts of the phone may be answered first: Enter runs what is chosen.
  const chosen = page.getByRole("option", { selected: true });
  await expect(chosen).toHaveText(/^Hanna's Pixel/);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Hanna's Pixel");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search phones, people, alerts" }).fill("dark");
  await expect(chosen).toHaveText("Switch to dark");
  await page.keyboard.press("Enter");
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
});

test("the overview says changes in words, and no digest leaves its card", async ({ page, at }) => {
  await page.goto(at("/"));
  const change = page.getByRole("listitem").filter({ hasText: "had an app scanned" });
  await expect(change).toContainText("5e5e5e5e");
  await expect(change).not.toContainText("5e".repeat(8));
  expect(await change.evaluate((item) => item.scrollWidth <= item.clientWidth)).toBe(true);
  await expect(page.getByText(/^[a-z_]+\.[a-z_]+:/)).toHaveCount(0);
});
