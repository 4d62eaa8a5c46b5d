import * as data from "../data";
import { expect, test } from "../fixture";

async function enter(page: import("@playwright/test").Page, password: string) {
  await page.getByLabel("Name").fill("rosa");
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

test("password, then code, then the page that was asked for", async ({ page, at, mock }) => {
  mock.session = null;
  await page.goto(at("/devices?risk=high"));
  await enter(page, mock.password);
  await expect(page.getByRole("heading", { name: "Enter your code" })).toBeVisible();
  await page.getByLabel("Six-digit code").fill("000000");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByText("The code is wrong or was used already")).toBeVisible();
  await page.getByLabel("Six-digit code").fill(mock.totp);
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("heading", { name: "Devices" })).toBeVisible();
  expect(new URL(page.url()).search).toBe("?risk=high");
});

test("a wrong password is refused in one sentence", async ({ page, at, mock }) => {
  mock.session = null;
  await page.goto(at("/"));
  await enter(page, "not it");
  await expect(page.getByText("Name, password or code is wrong.")).toBeVisible();
});

test("a locked account says so", async ({ page, at, mock }) => {
  mock.session = null;
  mock.fail("POST /v1/login", 423, "locked", "locked");
  await page.goto(at("/"));
  await enter(page, mock.password);
  await expect(page.getByText("The account is locked for a while.")).toBeVisible();
});

test("the first sign-in asks for an own password and sets up the second step", async ({ page, at, mock }) => {
  mock.session = null;
  mock.afterLogin = data.session({ must_change_password: true, totp_enabled: false });
  await page.goto(at("/"));
  await enter(page, mock.password);
  await expect(page.getByRole("heading", { name: "Choose your own password" })).toBeVisible();
  await page.getByLabel("New password", { exact: true }).fill("short");
  await page.getByLabel("New password again").fill("short");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("At least 12 characters, please.")).toBeVisible();
  await page.getByLabel("New password", { exact: true }).fill("a long enough one");
  await page.getByLabel("New password again").fill("a long enough two");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("The two are different.")).toBeVisible();
  await page.getByLabel("New password again").fill("a long enough one");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByRole("img", { name: "QR code for your authenticator app" })).toBeVisible();
  await expect(page.getByText("GEZD GNBV GY3T QOJQ")).toBeVisible();
  await page.getByLabel("Six-digit code").fill(mock.totp);
  await page.getByRole("button", { name: "Turn on" }).click();
  await expect(page.getByRole("heading", { name: /alerts need you/ })).toBeVisible();
  await expect.poll(() => mock.password).toBe("a long enough one");
});

test("the second step can be put off and turned on later", async ({ page, at, mock }) => {
  mock.session = data.session({ totp_enabled: false });
  await page.goto(at("/"));
  await page.getByRole("button", { name: "Add a second step" }).click();
  const dialog = page.getByRole("dialog", { name: "Add a second step" });
  await dialog.getByLabel("Password").first().fill(mock.password);
  await dialog.getByRole("button", { name: "Continue" }).click();
  await expect(dialog.getByRole("img")).toBeVisible();
  await dialog.getByLabel("Six-digit code").fill(mock.totp);
  await dialog.getByRole("button", { name: "Turn on" }).click();
  await expect(page.getByText("The second step is on.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Add a second step" })).toHaveCount(0);
});

test("a session that ends asks to sign in again and keeps the address", async ({ page, at, mock }) => {
  await page.goto(at("/alerts?view=all"));
  await page.getByRole("link", { name: "Banking trojan pattern" }).waitFor();
  // The session ends with the click, not before it: the list asks for news by itself too.
  mock.override("GET /v1/alerts", (request) => {
    if (request.query.get("state") === "resolved") mock.session = null;
    return mock.answer(request);
  });
  await page.getByRole("link", { name: "Resolved" }).click();
  await expect(page.getByText("Your session has ended.")).toBeVisible();
  expect(new URL(page.url()).pathname).toBe("/alerts");
});

test("signing out ends the session on the server", async ({ page, at, mock }) => {
  await page.goto(at("/"));
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in to Bartizan" })).toBeVisible();
  await expect.poll(() => mock.session).toBeNull();
});
