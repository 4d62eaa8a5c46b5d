// The console against a real server: first sign-in, phones that enrol by the code on the screen and
// report, what is shown of them, and what a person does about it.
import { expect, test, type Page } from "@playwright/test";
import { violations } from "../axe";
import { keepToasts } from "../browser";
import { installation, totp, type Installation } from "./installation";

test.describe.configure({ mode: "serial" });

let here: Installation;
let page: Page;
const broken: string[] = [];

test.beforeAll(async ({ browser }) => {
  here = await installation();
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1440, height: 900 } });
  await context.addInitScript(keepToasts);
  page = await context.newPage();
  page.on("pageerror", (error) => broken.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && /Content Security Policy/.test(message.text())) broken.push(message.text());
  });
});

test.afterAll(async () => {
  await page?.close();
  await here?.stop();
});

test.afterEach(() => {
  expect(broken.splice(0)).toEqual([]);
});

// Enrols a phone through the form and lets a scenario play as that phone.
async function enrol(name: string, person: string, personal: boolean, scenario: string) {
  await page.goto(`${here.url}/enrol`);
  await page.getByLabel("Name of the phone").fill(name);
  await page.getByRole("textbox", { name: "Person" }).fill(person);
  if (personal) await page.getByText("Personal", { exact: true }).click();
  await page.getByRole("button", { name: "Make the code" }).click();
  await expect(page.getByRole("img", { name: /QR code/ })).toBeVisible();
  const size = await page.getByRole("img", { name: /QR code/ }).evaluate((image: HTMLImageElement) => image.naturalWidth);
  expect(size, "the QR code is a picture the browser can read").toBeGreaterThan(20);
  const address = await page.locator("code.secret").innerText();
  expect(address).toMatch(/#token=.+&ca=[0-9a-f]{64}$/);
  await here.play?.(address, scenario);
  await expect(page.getByText("The phone has enrolled")).toBeVisible();
}

test("signs in, with an own password and the second step at the first time", async () => {
  await page.goto(`${here.url}/`);
  await page.getByLabel("Name").fill(here.login);
  await page.getByLabel("Password", { exact: true }).fill(here.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  const change = page.getByRole("heading", { name: "Choose your own password" });
  const inside = page.getByRole("navigation", { name: "Main" });
  await expect(change.or(inside)).toBeVisible();
  if (await change.isVisible()) {
    await page.getByLabel("New password", { exact: true }).fill("six quiet herons wait");
    await page.getByLabel("New password again").fill("six quiet herons wait");
    await page.getByRole("button", { name: "Change password" }).click();
    await expect(page.getByRole("img", { name: /QR code/ })).toBeVisible();
    const secret = await page.locator("code.secret").innerText();
    await page.getByLabel("Six-digit code").fill(totp(secret));
    await page.getByRole("button", { name: "Turn on" }).click();
  }
  await expect(inside).toBeVisible();
});

test("phones enrol by the code on the screen and appear by themselves", async () => {
  test.skip(!here.play, "this server has its own fleet");
  await enrol("Depot scanner 7", "Depot 3", false, "rooted");
  await enrol("Ines' Pixel", "Ines Duarte", true, "phished");
  await enrol("Clara's iPhone", "Clara Weiss", false, "quiet");
});

test("the overview shows phones at risk", async () => {
  await page.goto(`${here.url}/`);
  await expect(page.getByRole("heading", { level: 1, name: /alerts? needs? you/ })).toBeVisible();
  const risk = page.getByRole("region", { name: "Fleet risk" });
  await expect(risk.getByRole("listitem").filter({ hasText: "High risk" })).not.toHaveText(/High risk\s*0$/);
  await expect(page.getByRole("region", { name: "Needs you" }).getByRole("link", { name: /Investigate/ }).first()).toBeVisible();
  expect(await violations(page)).toEqual([]);
});

test("an alert explains itself", async () => {
  await page.goto(`${here.url}/alerts?threat=device.rooted`);
  await page.locator("[data-row]").first().click();
  await expect(page.getByRole("region", { name: "Why Bartizan says so" }).getByRole("listitem").first()).toBeVisible();
  await expect(page.getByRole("region", { name: "ATT&CK Mobile techniques" })).toContainText(/T1\d{3}/);
  await expect(page.getByRole("region", { name: "Policy decision" })).toContainText("Because");
  await expect(page.getByRole("region", { name: "What you can do" })).toContainText("Gone when");
  await expect(page.getByText("The problem is still open.")).toBeVisible();
  expect(await violations(page)).toEqual([]);
});

test("acknowledging an alert lasts", async () => {
  // Said before the server has answered: a reload would take the request back.
  const answered = page.waitForResponse((response) => response.request().method() === "PATCH");
  await page.getByRole("button", { name: "Acknowledge" }).click();
  await expect(page.getByText("Alert acknowledged")).toBeVisible();
  expect((await answered).status()).toBe(200);
  await page.reload();
  await expect(page.getByRole("button", { name: "Resolve" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Acknowledge" })).toHaveCount(0);
});

test("a phone's page shows its state, bad first, and its problems", async () => {
  await page.getByRole("region", { name: "Phone" }).getByRole("link", { name: "Open" }).click();
  const state = page.getByRole("region", { name: "State", exact: true });
  await expect(state.getByRole("listitem").first()).toContainText("Bad:");
  await expect(page.getByRole("region", { name: "Problems" }).getByRole("row").nth(1)).toBeVisible();
  const timeline = page.getByRole("region", { name: "Timeline" });
  await expect(timeline.getByRole("listitem").filter({ hasText: /^.*Problem opened:/ }).first()).toBeVisible();
  await expect(timeline).not.toContainText(/notify user|: done/);
  expect(await violations(page)).toEqual([]);
});

test("a rule's mode is switched, and the audit log knows", async () => {
  await page.goto(`${here.url}/policies`);
  await page.locator("[data-row]").first().click();
  const control = page.getByRole("radiogroup").last();
  const audit = await control.getByRole("radio", { name: "Audit" }).isChecked();
  const wanted = audit ? "Warn" : "Audit";
  await control.getByText(wanted).click();
  await page.getByRole("button", { name: `Switch to ${wanted}` }).click();
  await expect(page.getByText(/is now in .* mode/)).toBeVisible();
  await page.reload();
  await expect(page.getByRole("radiogroup").last().getByRole("radio", { name: wanted })).toBeChecked();
  await page.goto(`${here.url}/audit`);
  await expect(page.getByRole("row").filter({ hasText: /mode/ }).first()).toBeVisible();
  expect(await violations(page)).toEqual([]);
});

test("the enrolment page shows a code", async () => {
  await page.goto(`${here.url}/enrol`);
  await page.getByLabel("Name of the phone").fill("A phone that never comes");
  await page.getByRole("button", { name: "Make the code" }).click();
  await expect(page.getByRole("img", { name: /QR code/ })).toBeVisible();
  await expect(page.getByText("Waiting for the phone…")).toBeVisible();
});

test("an API token is made, works within its scopes, and no longer once revoked", async ({ playwright }) => {
  await page.goto(`${here.url}/settings/tokens`);
  await page.getByRole("button", { name: "Make a token…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Token").fill("console test");
  await dialog.getByLabel("Read alerts").check();
  await dialog.getByRole("button", { name: "Make the token" }).click();
  const secret = await dialog.getByRole("textbox", { name: "The token" }).innerText();
  await dialog.getByRole("button", { name: "I have stored it" }).click();
  const script = await playwright.request.newContext({
    ignoreHTTPSErrors: true,
    extraHTTPHeaders: { Authorization: `Bearer ${secret}` },
  });
  expect((await script.get(`${here.url}/v1/alerts`)).status()).toBe(200);
  expect((await script.get(`${here.url}/v1/policies`)).status()).toBe(403);
  const row = page.getByRole("row").filter({ hasText: "console test" }).filter({ hasText: "In use" });
  await row.getByRole("button", { name: /Revoke/ }).click();
  await dialog.getByRole("button", { name: "Revoke", exact: true }).click();
  await expect(row).toHaveCount(0);
  expect((await script.get(`${here.url}/v1/alerts`)).status()).toBe(401);
  await script.dispose();
  expect(await violations(page)).toEqual([]);
});

test("a person is added and can sign in with the first password", async ({ browser }) => {
  test.skip(!here.play, "this server has its own people");
  await page.goto(`${here.url}/settings/administrators`);
  await page.getByRole("button", { name: "Add a person…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("mei");
  await dialog.getByLabel("Role").selectOption("Viewer");
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  const password = await dialog.getByRole("textbox", { name: "First password" }).innerText();
  await dialog.getByRole("button", { name: "I have stored it" }).click();
  await expect(page.getByRole("row").filter({ hasText: "mei" })).toContainText("Has not chosen a password yet");
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const theirs = await context.newPage();
  await theirs.goto(`${here.url}/`);
  await theirs.getByLabel("Name").fill("mei");
  await theirs.getByLabel("Password", { exact: true }).fill(password);
  await theirs.getByRole("button", { name: "Sign in" }).click();
  await expect(theirs.getByRole("heading", { name: "Choose your own password" })).toBeVisible();
  await context.close();
});

test("an app is uploaded, and its report says what it can do and who signed it", async () => {
  test.skip(!here.app, "the demo apps are not built");
  await page.goto(`${here.url}/apps`);
  await page.getByLabel("App file").setInputFiles(here.app!("banker"));
  await expect(page.getByRole("heading", { level: 1, name: "Flashlight Pro" })).toBeVisible();
  await expect(page).toHaveURL(/\/apps\/[0-9a-f]{64}$/);
  const findings = page.getByRole("region", { name: "Findings", exact: true });
  await expect(findings.getByRole("listitem").first()).toContainText(/Critical|High/);
  const behaviors = page.getByRole("region", { name: "What it can do" });
  await expect(behaviors).toContainText(/T1\d{3}/);
  await behaviors.locator("summary").first().click();
  await expect(behaviors.getByText(/Lorg\/bartizan\/demo\/.+;->/).first()).toBeVisible();
  await expect(page.getByRole("region", { name: "Signature" })).toContainText("CN=Bartizan demo apps");
  await expect(page.getByRole("region", { name: "Components" })).toContainText("BIND_ACCESSIBILITY_SERVICE");
  await expect(page.getByRole("region", { name: "Classifier" })).toContainText(/Score \d/);
  expect(await violations(page)).toEqual([]);
  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name: "Flashlight Pro" })).toBeVisible();
  await page.getByRole("navigation", { name: "Apps" }).getByRole("link", { name: "Apps" }).click();
  await expect(page.getByRole("row").filter({ hasText: "org.bartizan.demo.flashlight" })).toContainText("Malicious");
});

test("a file that is no app is refused with the reason", async () => {
  await page.goto(`${here.url}/apps`);
  await page.getByLabel("App file").setInputFiles({ name: "letter.apk", mimeType: "text/plain", buffer: Buffer.from("hello\n".repeat(1000)) });
  await expect(page.getByRole("alert")).toContainText("It is no app that Bartizan can read");
});

test("connectors are listed, and without one it is said how to add one", async () => {
  await page.goto(`${here.url}/connectors`);
  await expect(page.getByRole("region", { name: "Example of connectors.json" })).toBeVisible();
  await expect(page.getByText("No connectors").or(page.getByRole("table"))).toBeVisible();
  expect(await violations(page)).toEqual([]);
});

test("signing out ends the session", async () => {
  await page.goto(`${here.url}/`);
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in to Bartizan" })).toBeVisible();
});
