import * as data from "../data";
import { expect, test } from "../fixture";

const first = data.alerts[0]!;

test("triage with the keyboard alone", async ({ page, at, mock }) => {
  await page.goto(at("/alerts"));
  await page.getByRole("link", { name: "Banking trojan pattern" }).waitFor();
  await page.keyboard.press("j");
  await expect(page.getByRole("link", { name: "Banking trojan pattern" })).toBeFocused();
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await page.keyboard.press("e");
  await expect(page.getByText("Alert acknowledged")).toBeVisible();
  const row = page.getByRole("row").filter({ hasText: "Banking trojan pattern" });
  await expect(row).toContainText("Acknowledged");
  await expect.poll(() => mock.alerts[0]!.state).toBe("acknowledged");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await expect(page.getByRole("region", { name: "2 selected" })).toBeVisible();
  await page.keyboard.press("e");
  await expect(page.getByText("2 alerts acknowledged")).toBeVisible();
  await expect.poll(() => mock.alerts.filter((alert) => alert.state === "acknowledged").length).toBe(3);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: /Look-alike address opened/ })).toBeVisible();
  await page.goBack();
  await page.getByRole("link", { name: "Encrypted traffic is intercepted" }).waitFor();
  await expect(page.locator("main")).toBeFocused();
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox", { name: "Search alerts" })).toBeFocused();
});

test("single-key shortcuts can be switched off", async ({ page, at, mock }) => {
  await page.goto(at("/alerts"));
  await page.getByRole("link", { name: "Banking trojan pattern" }).waitFor();
  const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  const row = page.getByRole("link", { name: "Banking trojan pattern" });
  await page.keyboard.press("?");
  await dialog.getByRole("switch").uncheck();
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await row.focus();
  await expect(row).toBeFocused();
  await page.keyboard.press("e");
  // A key that acts would have said so by the time the next dialog is there.
  await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
  await dialog.getByRole("switch").check();
  await expect(page.getByText("Alert acknowledged")).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await row.focus();
  await expect(row).toBeFocused();
  await page.keyboard.press("e");
  await expect.poll(() => mock.changes()).toEqual([{ state: "acknowledged" }]);
});

test("an acknowledgement is undone with a second request", async ({ page, at, mock }) => {
  await page.goto(at(`/alerts/${first.id}`));
  await page.getByRole("button", { name: "Acknowledge" }).click();
  await expect(page.getByText("Alert acknowledged")).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("button", { name: "Acknowledge" })).toBeVisible();
  await expect.poll(() => mock.changes()).toEqual([{ state: "acknowledged" }, { state: "open" }]);
  expect(mock.alerts[0]!.state).toBe("open");
});

test("a change is shown at once and taken back with the reason when the server refuses", async ({ page, at, mock }) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  mock.override(`PATCH /v1/alerts/${first.id}`, async () => {
    await held;
    return { status: 503, body: { type: "about:blank", title: "busy", status: 503, detail: "database is busy", code: "busy" } };
  });
  await page.goto(at("/alerts"));
  const row = page.getByRole("row").filter({ hasText: "Banking trojan pattern" });
  await row.waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("e");
  await expect(row).toContainText("Acknowledged"); // before any answer
  release();
  await expect(page.getByText(/Not changed: .*database is busy/)).toBeVisible();
  await expect(row).toContainText("Open");
});

test("a false alarm is asked about, says that risk does not follow, and closes the alert", async ({ page, at, mock }) => {
  await page.goto(at(`/alerts/${first.id}`));
  await page.getByRole("button", { name: "False alarm" }).click();
  const dialog = page.getByRole("dialog", { name: "Mark as a false alarm?" });
  await expect(dialog).toContainText("The phone's risk does not change");
  await dialog.getByRole("button", { name: "False alarm" }).click();
  await expect.poll(() => mock.alerts[0]!.state).toBe("false_positive");
  await expect(page.getByRole("button", { name: "Reopen" })).toBeVisible();
});

test("an alert explains itself", async ({ page, at }) => {
  await page.goto(at(`/alerts/${first.id}`));
  const why = page.getByRole("region", { name: "Why Bartizan says so" });
  await expect(why.getByRole("listitem")).toHaveCount(5);
  await expect(why).toContainText("It can read the screen and draw over other apps");
  await expect(why).toContainText("adds 34 of 100");
  await expect(why).toContainText("What would change this.");
  await expect(page.getByRole("region", { name: "ATT&CK Mobile techniques" })).toContainText(/T1417\.002.*GUI Input Capture/);
  await expect(page.getByRole("region", { name: "Policy decision" })).toContainText("severity is critical (wanted: at least high)");
  await expect(page.getByRole("region", { name: "What the owner was told" })).toContainText("You did nothing wrong");
  const done = page.getByRole("region", { name: "What was done" });
  await expect(done).toContainText("Nobody can carry this out");
  await expect(done).toContainText("No identity provider is connected");
  await expect(page.getByRole("list", { name: "On this phone around that time" }).getByRole("listitem")).toHaveCount(2);
});

test("the address holds view, filter and search, and Back returns to them", async ({ page, at }) => {
  await page.goto(at("/alerts"));
  await page.getByLabel("Severity").selectOption("high");
  await expect(page).toHaveURL(/severity=high/);
  await expect(page.getByRole("row")).toHaveCount(5);
  await page.getByRole("searchbox", { name: "Search alerts" }).fill("airport");
  await expect(page).toHaveURL(/q=airport/);
  await expect(page.getByRole("row")).toHaveCount(2);
  await page.getByRole("link", { name: "Encrypted traffic is intercepted" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Airport-Free");
  await page.goBack();
  await expect(page.getByRole("searchbox", { name: "Search alerts" })).toHaveValue("airport");
  await expect(page.getByLabel("Severity")).toHaveValue("high");
  await page.goBack();
  await expect(page.getByRole("searchbox", { name: "Search alerts" })).toHaveValue("");
  await expect(page.getByRole("row")).toHaveCount(5);
});

test("no match names the filter to drop", async ({ page, at }) => {
  await page.goto(at("/alerts?severity=high&q=zzz"));
  await expect(page.getByText("No alert matches these 2 filters")).toBeVisible();
  await page.getByRole("button", { name: "Remove that filter" }).click();
  await expect(page.getByRole("row")).toHaveCount(5);
});

test("new alerts wait behind a button and do not move what is read", async ({ page, at, mock }) => {
  await page.clock.install();
  await page.goto(at("/alerts"));
  await page.getByRole("link", { name: "Banking trojan pattern" }).waitFor();
  mock.alerts.unshift({ ...structuredClone(first), id: "0197a0ff-0000-7000-8000-000000000001", threat_title: "Stalkerware" });
  await page.clock.runFor(11_000);
  await expect(page.getByRole("button", { name: "Show 1 new" })).toBeVisible();
  await expect(page.getByRole("row").nth(1)).toContainText("Banking trojan pattern");
  await page.getByRole("button", { name: "Show 1 new" }).click();
  await expect(page.getByRole("row").nth(1)).toContainText("Stalkerware");
});

test("a viewer reads and is offered nothing to change", async ({ page, at, mock }) => {
  mock.session = data.session({ role: "viewer" });
  await page.goto(at(`/alerts/${first.id}`));
  await expect(page.getByText("Viewers read; an analyst can change alerts.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Acknowledge" })).toHaveCount(0);
  await page.goto(at("/policies/personal"));
  await expect(page.getByRole("radio", { name: "Audit" }).first()).toBeDisabled();
});
