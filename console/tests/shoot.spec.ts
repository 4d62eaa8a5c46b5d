// Pictures of each page for people to look at: npm run shoots. Not part of the tests.
import { test } from "./fixture";
import { session } from "./data";
import * as data from "./data";

const pages: [string, string][] = [
  ["overview", "/"],
  ["alerts", "/alerts"],
  ["alert", `/alerts/${data.alerts[0]!.id}`],
  ["devices", "/devices"],
  ["device", `/devices/${data.devices[0]!.id}`],
  ["apps", "/apps"],
  ["app", `/apps/${"5e".repeat(32)}`],
  ["policies", "/policies"],
  ["policy", "/policies/personal"],
  ["enrol", "/enrol"],
  ["audit", "/audit"],
  ["connectors", "/connectors"],
  ["account", "/settings"],
  ["administrators", "/settings/administrators"],
  ["tokens", "/settings/tokens"],
];
const only = process.env.ONLY?.split(",");
for (const scheme of ["light", "dark"] as const) {
  for (const width of [1440, 390]) {
    test(`pictures ${scheme} ${width}`, async ({ page, at }) => {
      test.setTimeout(120_000);
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
      for (const [name, path] of pages) {
        if (only && !only.includes(name)) continue;
        await page.goto(at(path));
        await page.locator("h1").first().waitFor();
        await page.waitForTimeout(500);
        await page.screenshot({ path: `tests/shots/${name}-${scheme}-${width}.png`, fullPage: true });
      }
    });
  }
}

for (const scheme of ["light", "dark"] as const) {
  test(`pictures of dialogs ${scheme}`, async ({ page, at, mock }) => {
    await page.emulateMedia({ colorScheme: scheme });
    const shoot = async (name: string) => {
      await page.waitForTimeout(400);
      await page.screenshot({ path: `tests/shots/${name}-${scheme}.png` });
    };
    await page.goto(at("/alerts"));
    await page.getByRole("link", { name: "Banking trojan pattern" }).waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("x");
    await page.keyboard.press("j");
    await page.keyboard.press("x");
    await shoot("selection");
    await page.keyboard.press("e");
    await shoot("undo");
    await page.keyboard.press("?");
    await shoot("keys");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Search phones, people, alerts" }).fill("ines");
    await shoot("palette");
    await page.goto(at("/policies/personal"));
    await page.getByRole("radiogroup").nth(2).getByText("Enforce").click();
    await shoot("mode");
    await page.goto(at("/enrol"));
    await page.getByLabel("Name of the phone").fill("Noor's phone");
    await page.getByRole("button", { name: "Make the code" }).click();
    await page.getByRole("img").waitFor();
    await shoot("code");
    await page.goto(at("/settings/tokens"));
    await page.getByRole("button", { name: "Make a token…" }).click();
    await shoot("make-token");
    mock.alerts[0]!.state = "open";  // acknowledged for an earlier picture
    await page.goto(at(`/alerts/${data.alerts[0]!.id}`));
    await page.getByRole("button", { name: "Acknowledge" }).waitFor();
    mock.override(`PATCH /v1/alerts/${data.alerts[0]!.id}`, (request) => {
      Object.assign(mock.alerts[0]!, { state: "resolved", assignee: "tomas", note: "Phone was wiped, all passwords changed." });
      return mock.answer(request);
    });
    await page.getByRole("button", { name: "Acknowledge" }).click();
    await page.getByRole("dialog").waitFor();
    await shoot("clash");
    mock.fail("GET /v1/alerts", 503);
    await page.goto(at("/alerts"));
    await page.getByRole("button", { name: "Try again" }).waitFor();
    await shoot("error");
    mock.session = null;
    mock.afterLogin = session({ must_change_password: true, totp_enabled: false });
    await page.goto(at("/"));
    await page.getByLabel("Name").fill("rosa");
    await shoot("sign-in");
    await page.getByLabel("Password", { exact: true }).fill(mock.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByLabel("New password", { exact: true }).fill("a long enough one");
    await page.getByLabel("New password again").fill("a long enough one");
    await page.getByRole("button", { name: "Change password" }).click();
    await page.getByRole("img").waitFor();
    await shoot("second-step");
  });
}
