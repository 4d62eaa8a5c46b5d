// Connectors and settings: what is shown, made once, revoked, and kept from those who may not.
import { violations } from "../axe";
import * as data from "../data";
import { expect, test } from "../fixture";

test("a connector that fails says why, and what waits", async ({ page, at, mock }) => {
  mock.connectors.push({ id: "new", kind: "webhook", target: "https://new.example", queued: 0, delivered: 0, last_error: "", last_delivered_at: null });
  await page.goto(at("/connectors"));
  const row = (name: string) => page.getByRole("row").filter({ hasText: name });
  await expect(row("tickets")).toContainText("Failing");
  await expect(row("tickets")).toContainText(/connection refused\.\u2069 It is tried again by itself/);
  await expect(row("tickets").getByRole("cell").nth(3)).toHaveText("3");
  await expect(row("siem")).toContainText("Delivering");
  await expect(row("siem")).toContainText("Syslog over TLS");
  await expect(row("new.example")).toContainText("Nothing to send yet");
  await expect(row("new.example")).toContainText("never");
});

test("connectors: none, an error, and a viewer", async ({ page, at, mock }) => {
  mock.session = data.session({ role: "viewer" });
  mock.connectors = [];
  await page.goto(at("/connectors"));
  await expect(page.getByText("No connectors")).toBeVisible();
  await expect(page.getByRole("region", { name: "Example of connectors.json" })).toContainText("syslog_tls");
  mock.fail("GET /v1/connectors", 503);
  await page.goto(at("/connectors"));
  await expect(page.getByText("Connectors could not be loaded")).toBeVisible();
  mock.overrides.clear();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("No connectors")).toBeVisible();
});

test("an API token is made with its scopes, shown once, and revoked", async ({ page, at, mock }) => {
  await page.goto(at("/settings/tokens"));
  await page.getByRole("button", { name: "Make a token…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Make the token" }).click();
  await expect(dialog.getByText("Give it a name.")).toBeVisible();
  await expect(dialog.getByText("Choose what it may do.")).toBeVisible();
  expect(await violations(page), "what is missing").toEqual([]);
  await dialog.getByLabel("Token").fill("audit export");
  await dialog.getByLabel("Read the audit log").check();
  await dialog.getByLabel("Read alerts").check();
  await dialog.getByLabel("Good for").selectOption("A year");
  await dialog.getByRole("button", { name: "Make the token" }).click();
  await expect(dialog.getByRole("textbox", { name: "The token" })).toHaveText("bzt_2f7a91c0d4e85b36");
  expect(mock.changes()).toEqual([{ name: "audit export", scopes: ["alerts:read", "audit:read"], expires_in_days: 365 }]);
  expect(await violations(page), "the token").toEqual([]);
  // Escape must not throw away what is shown only now.
  await page.keyboard.press("Escape");
  await dialog.getByRole("button", { name: "I have stored it" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.locator("body")).not.toContainText("bzt_2f7a91c0d4e85b36");
  const row = page.getByRole("row").filter({ hasText: "audit export" });
  await expect(row).toContainText("In use");
  await row.getByRole("button", { name: /Revoke/ }).click();
  await expect(dialog).toContainText("This cannot be undone");
  await dialog.getByRole("button", { name: "Revoke", exact: true }).click();
  await expect(page.getByText(/is revoked/)).toBeVisible();
  await expect(row).toContainText("Revoked");
  await expect(row.getByRole("button")).toHaveCount(0);
  await expect.poll(() => mock.tokens.at(-1)!.revoked_at).not.toBeNull();
});

test("a token without an end says so, and an expired one is not in use", async ({ page, at }) => {
  await page.goto(at("/settings/tokens"));
  await expect(page.getByRole("row").filter({ hasText: "ticket sync" })).toContainText("Until revoked");
  await expect(page.getByRole("row").filter({ hasText: "old import" })).toContainText("Expired");
});

test("a person is added with a first password, once; a taken name is said", async ({ page, at, mock }) => {
  await page.goto(at("/settings/administrators"));
  await expect(page.getByRole("row").filter({ hasText: "rosa" })).toContainText("you");
  await expect(page.getByRole("row").filter({ hasText: "tomas" })).toContainText("Has not chosen a password yet");
  await expect(page.getByRole("row").filter({ hasText: "quinn" })).toContainText("Locked after wrong passwords");
  await page.getByRole("button", { name: "Add a person…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("tomas");
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await expect(dialog.getByRole("alert")).toContainText("This name is taken");
  await dialog.getByLabel("Name").fill("mei");
  await dialog.getByLabel("Role").selectOption("Viewer");
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await expect(dialog.getByRole("textbox", { name: "First password" })).toHaveText("seven-green-otters-wait");
  expect(mock.changes().at(-1)).toEqual({ name: "mei", role: "viewer" });
  await dialog.getByRole("button", { name: "I have stored it" }).click();
  await expect(page.getByRole("row").filter({ hasText: "mei" })).toContainText("Viewer");
});

test("a person gets another role, and is removed, after a question", async ({ page, at, mock }) => {
  await page.goto(at("/settings/administrators"));
  const row = (name: string) => page.getByRole("row").filter({ hasText: name });
  await expect(row("rosa").getByRole("button"), "nobody changes the own account").toHaveCount(0);
  await row("tomas").getByRole("button", { name: /Change role/ }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: "Change the role" })).toBeDisabled();
  await dialog.getByLabel("Role").selectOption("Administrator");
  mock.fail("PATCH /v1/administrators/" + mock.administrators[1]!.id, 409, "last_admin", "no");
  await dialog.getByRole("button", { name: "Change the role" }).click();
  await expect(dialog.getByRole("alert")).toContainText("one administrator has to stay");
  mock.overrides.clear();
  await dialog.getByRole("button", { name: "Change the role" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(row("tomas")).toContainText("Administrator");
  expect(mock.changes().at(-1)).toEqual({ role: "admin" });
  await row("quinn").getByRole("button", { name: /Remove/ }).click();
  await expect(dialog).toContainText("What it did stays in the audit log.");
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  expect(mock.administrators.map((each) => each.name), "nothing is removed without a yes").toContain("quinn");
  await row("quinn").getByRole("button", { name: /Remove/ }).click();
  mock.fail("DELETE /v1/administrators/" + mock.administrators[2]!.id, 409, "own_account", "no");
  await dialog.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(dialog.getByRole("alert")).toContainText("this is your own account");
  mock.overrides.clear();
  await dialog.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(row("quinn")).toHaveCount(0);
  await expect(page.getByText(/quinn.* is removed/)).toBeVisible();
});

test("who is no administrator is told who can, and asks the server nothing", async ({ page, at, mock }) => {
  mock.session = data.session({ role: "analyst" });
  for (const path of ["/settings/tokens", "/settings/administrators"]) {
    await page.goto(at(path));
    await expect(page.getByText("Only administrators see and change this.")).toBeVisible();
    await expect(page.getByRole("table")).toHaveCount(0);
  }
  expect(mock.seen.filter((request) => /administrators|api-tokens/.test(request.path))).toEqual([]);
});

test("the own password is changed, and a wrong one is said", async ({ page, at, mock }) => {
  await page.goto(at("/settings"));
  const form = page.getByRole("region", { name: "Password" });
  await form.getByLabel("Present password").fill("not it");
  await form.getByLabel("New password", { exact: true }).fill("a long enough one");
  await form.getByLabel("New password again").fill("a long enough one");
  await form.getByRole("button", { name: "Change password" }).click();
  await expect(form.getByRole("alert")).toContainText("the present password is wrong");
  await form.getByLabel("Present password").fill(mock.password);
  await form.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("Your password is changed.")).toBeVisible();
  await expect.poll(() => mock.password).toBe("a long enough one");
  await expect(form.getByLabel("Present password")).toHaveValue("");
});

test("settings are reached by the keyboard alone", async ({ page, at }) => {
  await page.goto(at("/"));
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("api tok");
  await expect(page.getByRole("option", { selected: true })).toHaveText("API tokens");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("row").filter({ hasText: "nightly report" })).toBeVisible();
  await page.getByRole("button", { name: "Make a token…" }).focus();
  await page.keyboard.press("Enter");
  const name = page.getByRole("dialog").getByLabel("Token");
  await name.waitFor();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Make a token…" })).toBeFocused();
});
