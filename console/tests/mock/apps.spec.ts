// Uploaded apps: the list, sending a file, and the report with everything an app can put into it.
import { closeSync, ftruncateSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as data from "../data";
import { apps, report } from "../data_apps";
import { violations } from "../axe";
import { expect, settle, test } from "../fixture";
import type { MockServer } from "../mock_server";

const [trojan, mail, shop, lost] = apps.map((app) => `/apps/${app.sha256}`);
const apk = (size = 2000) => ({ name: "parcel.apk", mimeType: "application/octet-stream", buffer: Buffer.alloc(size, 7) });
const uploads = (mock: MockServer) => mock.seen.filter((request) => request.method === "POST" && request.path === "/v1/apps");

test("apps are listed newest first, page by page, and a row leads to its report", async ({ page, at, mock }) => {
  mock.pageSize = 3;
  await page.goto(at("/"));
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Apps" }).click();
  await expect(page.getByRole("row")).toHaveCount(4);
  await expect(page.getByRole("row").nth(1)).toContainText(/Swift Parcel.*app\.nordpost\.track.*Malicious.*2\.4.*3\.8 MB.*5e5e5e5e…5e5e5e5e.*rosa/);
  await page.getByRole("button", { name: "Next" }).click();
  await expect(page).toHaveURL(/cursor=3/);
  await expect(page.getByRole("row").nth(1)).toContainText("App without a name");
  await page.getByRole("button", { name: "Previous" }).click();
  await page.getByRole("link", { name: "Mail" }).waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`${mail}$`));
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Mail");
});

test("reports are narrowed by verdict and text, kept in the address, and widened again", async ({ page, at, mock }) => {
  await page.goto(at("/apps"));
  await page.getByRole("combobox", { name: "Verdict" }).selectOption("Malicious");
  await expect(page).toHaveURL(/verdict=malicious/);
  await expect(page.getByRole("row").nth(1)).toContainText("Swift Parcel");
  await expect(page.getByRole("link", { name: "Mail" })).toHaveCount(0);
  await page.getByRole("searchbox", { name: "Search" }).fill("no such app");
  await expect(page.getByText("No report matches")).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.getByRole("button", { name: "Remove that filter" }).click();
  await expect(page.getByRole("link", { name: "Swift Parcel" })).toBeVisible();
  await page.getByRole("combobox", { name: "Verdict" }).selectOption("Any verdict");
  await page.getByRole("searchbox", { name: "Search" }).fill(apps[0]!.sha256.slice(0, 12));
  await expect(page).toHaveURL(/q=/);
  await expect(page.getByRole("row")).toHaveCount(2);
  await page.reload();
  await expect(page.getByRole("searchbox", { name: "Search" })).toHaveValue(apps[0]!.sha256.slice(0, 12));
  await expect(page.getByRole("row")).toHaveCount(2);
  mock.apps = [];
  await page.goto(at("/apps?verdict=clean"));
  await expect(page.getByText("No report matches")).toBeVisible();
});

test("no reports yet: an analyst is told what to do, a viewer who can", async ({ page, at, mock }) => {
  mock.apps = [];
  await page.goto(at("/apps"));
  await expect(page.getByText("No reports yet")).toBeVisible();
  await expect(page.getByRole("button", { name: "Choose a file…" })).toBeVisible();
  mock.session = data.session({ role: "viewer" });
  await page.reload();
  await expect(page.getByText("An analyst can upload an app; its report is then here.")).toBeVisible();
  await expect(page.getByRole("region", { name: "Upload an app" })).toHaveCount(0);
});

test("loading, an error and a refusal are said", async ({ page, at, mock }) => {
  let release = () => {};
  const held = new Promise<void>((done) => (release = done));
  mock.override("GET /v1/apps", async () => {
    await held;
    return { body: { items: [], next: "" } };
  });
  await page.goto(at("/apps"));
  await expect(page.getByRole("status", { name: "Loading" })).toBeVisible();
  release();
  await expect(page.getByText("No reports yet")).toBeVisible();
  mock.fail("GET /v1/apps", 503);
  await page.reload();
  await expect(page.getByText("Apps could not be loaded")).toBeVisible();
  mock.overrides.clear();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("link", { name: "Swift Parcel" })).toBeVisible();
  mock.fail(`GET /v1${trojan}`, 403, "forbidden", "viewer");
  await page.goto(at(trojan!));
  await expect(page.getByText("The app report could not be loaded")).toBeVisible();
  await expect(page.getByText(/Your role does not allow it/)).toBeVisible();
  await page.goto(at("/apps/00"));
  await expect(page.getByText("No report with this digest")).toBeVisible();
});

test("a file is sent with its progress, looked into, and its report opens", async ({ page, at, mock }) => {
  let begin = () => {};
  mock.uploads = new Promise<void>((done) => (begin = done));
  let answer = () => {};
  const looked = new Promise<void>((done) => (answer = done));
  mock.override("POST /v1/apps", async () => {
    await looked;
    return { body: report };
  });
  await page.goto(at("/apps"));
  await page.getByLabel("Installed by").selectOption("Nobody: a link or a file");
  await page.getByLabel("App file").setInputFiles(apk(24 << 20));
  const area = page.getByRole("region", { name: "Upload an app" });
  await expect(area.getByRole("progressbar", { name: /Sending/ })).toBeVisible();
  await expect(area.getByText(/of 25\.2 MB/)).toBeVisible();
  expect(await violations(page)).toEqual([]);
  begin();
  await expect(area.getByRole("progressbar", { name: /Looking into/ })).toBeVisible();
  await expect(area.getByText("The report is kept even if you leave this page.", { exact: false })).toBeVisible();
  answer();
  await expect(page).toHaveURL(new RegExp(`${trojan}$`));
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Swift Parcel");
  const [request] = uploads(mock);
  expect(request!.body).toEqual({ bytes: 24 << 20 });
  expect(request!.query.get("installer")).toBe("");
  expect(request!.headers["x-csrf-token"]).toBe("csrf-of-the-session");
});

test("sending can be cancelled, and nothing opens afterwards", async ({ page, at, mock }) => {
  let begin = () => {};
  mock.uploads = new Promise<void>((done) => (begin = done));
  await page.goto(at("/apps"));
  await page.getByLabel("App file").setInputFiles(apk(24 << 20));
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByText("Cancelled. Nothing was kept.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Choose a file…" })).toBeVisible();
  begin();
  await expect.poll(() => mock.underWay, "the connection is given up").toBe(0);
  expect(new URL(page.url()).pathname).toBe("/apps");
});

const refusals: [string, number, string, string, RegExp, boolean][] = [
  ["no app", 400, "invalid", "not an app package.", /It is no app that Bartizan can read: .*not an app package/, false],
  ["too large", 413, "limit", "too large", /takes at most 512 MiB\. The file was not kept/, false],
  ["busy", 503, "unavailable", "Too many apps are waiting to be scanned; try again.", /cannot take it now: .*Too many apps are waiting/, true],
  ["a role taken away", 403, "forbidden", "analyst", /Your role does not allow uploads/, false],
  ["an odd failure", 500, "internal", "database is busy", /The server answered 500/, true],
];
for (const [what, status, code, detail, said, again] of refusals) {
  test(`an upload refused because of ${what} says so`, async ({ page, at, mock }) => {
    mock.fail("POST /v1/apps", status, code, detail);
    await page.goto(at("/apps"));
    await page.getByLabel("App file").setInputFiles(apk());
    const alert = page.getByRole("alert");
    await expect(alert).toContainText("parcel.apk");
    await expect(alert).toContainText(said);
    await expect(alert.getByRole("button", { name: "Try again" })).toHaveCount(again ? 1 : 0);
    if (!again) return;
    mock.overrides.clear();
    await alert.getByRole("button", { name: "Try again" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Swift Parcel");
  });
}

test("a connection that breaks is said, and sending again works", async ({ page, at, mock }) => {
  await page.goto(at("/apps"));
  await page.getByRole("link", { name: "Mail" }).waitFor();
  mock.away = true;
  await page.getByLabel("App file").setInputFiles(apk());
  await expect(page.getByRole("alert").filter({ hasText: "The connection broke" })).toBeVisible();
  mock.away = false;
  await page.getByRole("region", { name: "Upload an app" }).getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Swift Parcel");
});

test("what cannot be right is not sent: too large, empty, several", async ({ page, at, mock }) => {
  const large = join(tmpdir(), `bartizan-console-large-${process.pid}.apk`);
  const file = openSync(large, "w");
  ftruncateSync(file, 512 * 1024 * 1024 + 1); // sparse
  closeSync(file);
  try {
    await page.goto(at("/apps"));
    await page.getByLabel("App file").setInputFiles(large);
    await expect(page.getByRole("alert")).toContainText("takes at most 512 MiB. It was not sent.");
  } finally {
    rmSync(large);
  }
  await page.getByLabel("App file").setInputFiles(apk(0));
  await expect(page.getByRole("alert")).toContainText("The file is empty.");
  const drop = (names: string[]) =>
    page.getByRole("region", { name: "Upload an app" }).evaluate((area, given) => {
      const dataTransfer = new DataTransfer();
      for (const name of given) dataTransfer.items.add(new File(["app"], name));
      area.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    }, names);
  await drop(["a.apk", "b.apk"]);
  await expect(page.getByRole("alert")).toContainText("One file at a time");
  expect(uploads(mock)).toEqual([]);
  await drop(["a.apk"]);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Swift Parcel");
  expect(uploads(mock).map((request) => request.body)).toEqual([{ bytes: 3 }]);
});

test("the report says the verdict, what was found and where, and what is unknown", async ({ page, at }) => {
  await page.goto(at(trojan!));
  await expect(page.getByText("at least one finding is of high or critical severity", { exact: false })).toBeVisible();
  await expect(page.getByText("Not all of it could be seen.")).toBeVisible();
  const region = (name: string) => page.getByRole("region", { name, exact: true });
  const first = region("Findings").getByRole("listitem").first();
  await expect(first, "worst first").toContainText(/Critical.*can draw over other apps/);
  await expect(first).toContainText("It can cover other apps and read the codes that banks send.");
  await expect(first).toContainText(/T1417\.002.*GUI Input Capture/);
  const sms = region("What it can do").getByRole("listitem").filter({ has: page.getByRole("heading", { name: /T1636\.004.*SMS Messages/ }) });
  await expect(sms).toContainText("Reads the text messages that are on the phone");
  await sms.getByText("seen in 30 places").click();
  await expect(sms).toContainText("Lapp/nordpost/track/Sms0;->onReceive(Landroid/content/Context;Landroid/content/Intent;)V");
  await expect(sms).not.toContainText("Sms20;");
  await sms.getByRole("button", { name: "Show 10 more" }).click();
  await expect(sms).toContainText("Sms29;");
  await expect(region("How it hides")).toContainText(/A file has two names.*classes\.dex.*the local header says decoyed\.dex/);
  await expect(region("How it hides"), "an id without a title").toContainText(/Resources: .?bad chunk/);
  await expect(region("Where it connects")).toContainText("gate.nordpost-track.example");
  await expect(region("Components")).toContainText(/ScreenService.*guarded by .*BIND_ACCESSIBILITY_SERVICE/);
  await expect(region("Components")).not.toContainText("Page19");
  await expect(region("Your YARA rules")).toContainText(/Not every entry was looked at.*CardLure.*yara\/lures\.yar, high, lure.*in 3 entries.*classes\.dex.*\$page.* at 48213/);
  await expect(region("Native code")).toContainText("packed with");
  await expect(region("Code inside files")).toContainText(/assets\/logo\.png.*disguised/);
  await expect(region("Identity")).toContainText("from 24, made for 29");
  await expect(region("Signature")).toContainText(/Rejected.*v3\.digest_mismatch.*debug.*anybody may hold it.*Claimed signer.*CN=Android Debug/);
  await expect(region("Permissions")).toContainText(/Messages.*receive text messages as they come.*android\.permission\.RECEIVE_SMS.*4 others/);
  await expect(region("On your phones")).toContainText(/100 phones or more.*since.*1 phone/);
  await expect(region("Nearly the same code")).toContainText(/Mail.*com\.example\.mail.*distance 12/);
  await expect(region("Nearly the same code").getByRole("link", { name: "Mail" })).toHaveAttribute("href", /\/apps\/(c1){32}$/);
  await expect(region("The same icon on another signer's app")).toContainText(/Nordpost.*com\.example\.post/);
  await expect(region("The same icon on another signer's app").getByRole("link")).toHaveAttribute("href", /\/apps\/(c1){32}$/);
  await expect(region("Trackers")).toContainText(/Adjust.*attribution.*com\.adjust\.sdk\.Adjust/);
  await region("Where it connects").getByText("1 address, with where it is used").click();
  await expect(region("Where it connects")).toContainText(/https:\/\/gate\.nordpost-track\.example\/in.*Lapp\/nordpost\/track\/Net;->send/);
  await expect(region("Classifier")).toContainText("Score 4.58, threshold 0.64");
  await expect(region("Classifier")).toContainText("3 facts could not be read");
  await expect(region("Classifier")).toContainText(/Towards malware.*SEND_SMS.*\+2\.74.*Towards harmless.*-0\.70/);
  await expect(region("Classifier")).toContainText("a low score says nothing good about a modern app");
});

test("a digest is copied whole", async ({ page, at, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(at(trojan!));
  await page.getByRole("button", { name: "Copy Certificate SHA-256" }).click();
  await expect(page.getByText("Copied", { exact: true })).toBeAttached();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("9f".repeat(32));
});

test("nothing found is no proof, no score says why, and a lost scanner is told", async ({ page, at }) => {
  await page.goto(at(mail!));
  await expect(page.getByText("That is no proof that it is harmless.", { exact: false })).toBeVisible();
  await expect(page.getByRole("region", { name: "Classifier" })).toContainText("No score");
  await expect(page.getByRole("region", { name: "Components" })).toContainText("The manifest names none.");
  await expect(page.getByRole("region", { name: "Your YARA rules" }), "there are none").toHaveCount(0);
  await expect(page.getByRole("region", { name: "On your phones" })).toContainText(/7 phones signed as this file is/);
  await expect(page.getByRole("region", { name: "Nearly the same code" })).toContainText("No other uploaded app.");
  await expect(page.getByRole("region", { name: "The same icon on another signer's app" })).toHaveCount(0);
  await page.goto(at(lost!));
  await expect(page.getByText("The process that opened it ran out of time.", { exact: false })).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("App without a name");
  // What could not be read is unknown, not absent.
  for (const part of ["Permissions", "What it can do", "Native code", "Code inside files"]) {
    await expect(page.getByRole("region", { name: part })).toContainText("None was seen in what could be read.");
  }
  await expect(page.getByRole("region", { name: "Signature" })).toContainText("Could not be judged");
  await page.goto(at(shop!));
  await expect(page.getByRole("region", { name: "iOS" })).toContainText(/Enterprise.*ABCDE12345.*Beyond its profile.*com\.apple\.developer\.kernel/);
});

// The process that writes a report had the file: the page stands whatever it wrote.
const nonsense: [string, unknown][] = [
  ["nothing", {}],
  ["wrong types", Object.fromEntries(Object.keys(report).map((key) => [key, 7]))],
  ["lists of nonsense", Object.fromEntries(Object.keys(report).map((key) => [key, [null, 7, "x", { a: [] }]]))],
  ["deep objects", Object.fromEntries(Object.keys(report).map((key) => [key, { [key]: { items: [{}] } }]))],
];
for (const [what, value] of nonsense) {
  test(`a report of ${what} is shown without breaking`, async ({ page, at, mock }) => {
    mock.apps[0]!.report = value as (typeof mock.apps)[0]["report"];
    await page.goto(at(trojan!));
    await settle(page, mock);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Swift Parcel");
    await expect(page.getByRole("region", { name: "Identity" })).toBeVisible();
  });
}

test("very long texts and lists stay in the page", async ({ page, at, mock }) => {
  const long = "x".repeat(5000);
  const app = mock.apps[0]!;
  Object.assign(app, { label: long, package: long, version_name: long });
  app.report = {
    ...(report as unknown as typeof app.report),
    label: long,
    domains: Array.from({ length: 256 }, (_, n) => `${n}.${long.slice(0, 300)}`),
    permissions: Array.from({ length: 2000 }, (_, n) => `${long.slice(0, 200)}.${n}`),
    anomalies: [{ id: `zip.${long}`, where: long, detail: long }],
    behaviors: [{ id: "a", title: long, techniques: [long], evidence: [{ where: long, what: long }] }],
  };
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    for (const path of [trojan!, "/apps"]) {
      await page.goto(at(path));
      await settle(page, mock);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), path).toBe(0);
    }
  }
  await page.goto(at(trojan!));
  const hosts = page.getByRole("region", { name: "Where it connects" });
  await expect(hosts.getByRole("listitem")).toHaveCount(12);
  await hosts.getByRole("button", { name: "Show 200 more" }).click();
  await expect(hosts.getByRole("listitem")).toHaveCount(212);
});

test("by keyboard: the file button, the places of a behaviour, the rest of a list", async ({ page, at, mock }) => {
  // Asked for at once: the browser takes a moment to hand its choosers over.
  const chooser = page.waitForEvent("filechooser");
  await page.goto(at("/apps"));
  await settle(page, mock);
  await page.getByLabel("Installed by").focus();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Choose a file…" })).toBeFocused();
  await page.keyboard.press("Enter");
  await (await chooser).setFiles(apk());
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Swift Parcel");
  const places = page.locator("summary").first();
  await places.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByText("Ldalvik/system/DexClassLoader;-><init>", { exact: false })).toBeVisible();
  expect(await violations(page)).toEqual([]);
});

test("a phone's app leads to its report when there is one", async ({ page, at }) => {
  await page.goto(at(`/devices/${data.devices[1]!.id}`));
  const list = page.getByRole("region", { name: "Apps seen" });
  await expect(list.getByRole("link", { name: /App report/ })).toHaveCount(1);
  await list.getByRole("link", { name: /App report .*Mail/ }).click();
  await expect(page).toHaveURL(new RegExp(`${trojan}$`));
});

test("on a phone every page is reached from the bar", async ({ page, at, mock }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(at("/"));
  await settle(page, mock);
  const bar = page.getByRole("navigation", { name: "Quick navigation" });
  await bar.getByRole("link", { name: "Apps" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Apps" })).toBeVisible();
  for (const [name, heading] of [["Connectors", "Connectors"], ["Settings", "Settings"]] as const) {
    await bar.getByRole("button", { name: "More" }).click();
    expect(await violations(page)).toEqual([]);
    await page.getByRole("dialog", { name: "More" }).getByRole("link", { name }).click();
    await expect(page.getByRole("heading", { level: 1, name: heading })).toBeVisible();
    await expect(page.getByRole("dialog")).toHaveCount(0);
  }
});
