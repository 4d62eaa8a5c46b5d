import * as data from "../data";
import { expect, test } from "../fixture";

test("loading shows bones of the rows' height, but only when it lasts", async ({ page, at, mock }) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  mock.override("GET /v1/devices", async () => {
    await held;
    return { body: { items: mock.devices.map(data.listItem), next: "" } };
  });
  await page.goto(at("/devices"));
  await expect(page.getByRole("status", { name: "Loading" })).toBeVisible();
  await expect(page.locator(".bone").first()).toBeVisible();
  release();
  await expect(page.getByRole("link", { name: "Ines Duarte" })).toBeVisible();
});

test("an error says what, what was not lost, and tries again", async ({ page, at, mock }) => {
  mock.fail("GET /v1/alerts", 503);
  await page.goto(at("/alerts"));
  await expect(page.getByText("Alerts could not be loaded")).toBeVisible();
  await expect(page.getByText(/The server answered 503: .*database is busy.*Nothing was changed/)).toBeVisible();
  mock.overrides.clear();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("link", { name: "Banking trojan pattern" })).toBeVisible();
});

test("first use leads to enrolling a phone", async ({ page, at, mock }) => {
  const empty = data.overview();
  empty.headline = { devices: 0, devices_at_risk: 0, devices_unprotected: 0, open_alerts: 0, actions_failed: 0, actions_impossible: 0 };
  mock.override("GET /v1/overview", () => ({ body: empty }));
  mock.devices = [];
  await page.goto(at("/"));
  await expect(page.getByText("No phones yet")).toBeVisible();
  await page.getByRole("link", { name: "Devices" }).first().click();
  await expect(page.getByText("No phones yet")).toBeVisible();
});

test("nothing wrong is said quietly", async ({ page, at, mock }) => {
  mock.alerts = [];
  await page.goto(at("/alerts"));
  await expect(page.getByText("No open alerts")).toBeVisible();
  await page.goto(at("/alerts?view=resolved"));
  await expect(page.getByText("No alert has this state.")).toBeVisible();
});

test("a lost connection is said, old rows stay, and it comes back by itself", async ({ page, at, mock }) => {
  await page.clock.install();
  await page.goto(at("/devices"));
  await page.getByRole("link", { name: "Ines Duarte" }).waitFor();
  mock.away = true;
  await page.clock.runFor(12_000);
  await expect(page.getByRole("alert").filter({ hasText: "Not live since" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Ines Duarte" })).toBeVisible();
  mock.away = false;
  await expect(async () => {
    await page.clock.runFor(11_000);
    await expect(page.getByRole("alert").filter({ hasText: "Not live since" })).toHaveCount(0, { timeout: 2_000 });
  }).toPass();
});

test("what is said goes by itself after eight seconds", async ({ page, at }) => {
  await page.clock.install();
  await page.goto(at(`/alerts/${data.alerts[0]!.id}`));
  await page.getByRole("button", { name: "Acknowledge" }).click();
  await expect(page.getByText("Alert acknowledged")).toBeVisible();
  await page.clock.runFor(8_000);
  await expect(page.getByText("Alert acknowledged")).toHaveCount(0);
});

test("a thing that is not there is not an error", async ({ page, at }) => {
  await page.goto(at("/alerts/0197a0ff-0000-7000-8000-00000000dead"));
  await expect(page.getByText("There is nothing at this address.")).toBeVisible();
  await page.goto(at("/nowhere"));
  await page.getByRole("link", { name: "Go to the overview" }).click();
  await expect(page.getByRole("heading", { level: 1, name: /need/ })).toBeVisible();
});

test("the chart has its table", async ({ page, at }) => {
  await page.goto(at("/"));
  await expect(page.getByRole("img", { name: /101 alerts in 14 days, at most 13 on one day/ })).toBeVisible();
  await page.getByRole("button", { name: "Show as table" }).click();
  await expect(page.getByRole("region", { name: "Alerts per day" }).getByRole("row").nth(14)).toContainText("9");
});

test("the colour scheme follows the system and can be switched", async ({ page, at }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto(at("/"));
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  await page.getByRole("button", { name: "Switch to light" }).click();
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "light");
});
