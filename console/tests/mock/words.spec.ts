// Our own sentences about other people's texts: their isolation is never spelled out as if it were
// foreign, keyed digests are said in words, and joined sentences stay sentences.
import * as data from "../data";
import { expect, settle, test } from "../fixture";

const pages = [
  "/",
  "/alerts?view=all",
  "/alerts?q=zzz&severity=high",
  "/alerts/" + data.alerts[0]!.id,
  "/devices",
  "/devices?q=zzz&group=drivers",
  "/devices/" + data.devices[0]!.id,
  "/policies",
  "/policies/personal",
  "/audit",
  "/enrol",
  "/connectors",
  "/settings",
  "/settings/administrators",
  "/settings/tokens",
];

for (const path of pages) {
  test(`the isolation of names is not spelled out on ${path}`, async ({ page, at, mock }) => {
    await page.goto(at(path));
    await settle(page, mock);
    const shown = await page.evaluate(() =>
      [...document.querySelectorAll("#root *")].flatMap((element) => [
        ...[...element.attributes].map((attribute) => attribute.value),
        ...[...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.nodeValue ?? ""),
      ]),
    );
    expect(shown.filter((text) => /U\+20/.test(text))).toEqual([]);
  });
}

const DIGEST = "lpwfjcHYsSdMUJ3taPvYi9tcMjesJUDkWNFy_RLBrhE";

test("a keyed digest is never shown: the label alone, or words for what stays on the phone", async ({ page, at, mock }) => {
  mock.alerts[0]!.subject = { kind: "app", key: DIGEST, label: "System Service" };
  mock.alerts[2]!.subject = { kind: "link", key: DIGEST, label: "" };
  await page.goto(at("/alerts"));
  await expect(page.getByText("System Service", { exact: true })).toBeVisible();
  await expect(page.getByText("a link (its address stays on the phone)")).toBeVisible();
  await expect(page.locator("body")).not.toContainText(DIGEST);
  await page.goto(at(`/alerts/${mock.alerts[2]!.id}`));
  await expect(page.getByRole("heading", { level: 1 })).toContainText("a link (its address stays on the phone)");
  await expect(page.getByRole("list", { name: "On this phone around that time" })).toContainText("System Service");
  await expect(page.getByRole("list", { name: "On this phone around that time" })).not.toContainText(DIGEST);
});

test("a summary without a full stop gets one before the next sentence", async ({ page, at, mock }) => {
  const detail = structuredClone(data.alertDetail(data.alerts[0]!));
  detail.finding!.summary = "The phone reported: Stalkerware is installed";
  mock.override(`GET /v1/alerts/${detail.alert.id}`, () => ({ body: detail }));
  await page.goto(at(`/alerts/${detail.alert.id}`));
  await expect(page.getByText("The phone reported: Stalkerware is installed.", { exact: true })).toBeVisible();
});

const actionStates = {
  queued: "Queued, not sent yet",
  sent: "Sent, not confirmed yet",
  done: "Confirmed",
  failed: "Failed",
  cancelled: "No longer needed",
  impossible: "Nobody can carry this out",
} as const;

test("the state of an action is said in words, on the phone's page and the alert's", async ({ page, at, mock }) => {
  const id = data.devices[0]!.id;
  const states = Object.keys(actionStates) as (keyof typeof actionStates)[];
  const entries = states.map((state) => ({ ...data.timeline[0]!, id: state, title: `restrict access: ${state}`, detail: "" }));
  const actions = states.map((state) => ({ ...data.actions[0]!, id: state, kind: "lock" as const, state, detail: "" }));
  mock.override(`GET /v1/devices/${id}/timeline`, () => ({ body: { items: entries, next: "" } }));
  mock.override(`GET /v1/devices/${id}/actions`, () => ({ body: { items: actions, next: "" } }));
  mock.override(`GET /v1/alerts/${data.alerts[0]!.id}`, () => ({ body: { ...data.alertDetail(data.alerts[0]!), actions } }));
  await page.goto(at(`/devices/${id}`));
  const timeline = page.getByRole("region", { name: "Timeline" }).getByRole("listitem");
  const listed = page.getByRole("region", { name: "Actions", exact: true }).getByRole("listitem");
  await expect(timeline).toHaveCount(states.length);
  await expect(listed).toHaveCount(states.length);
  for (const [index, state] of states.entries()) {
    await expect(timeline.nth(index)).toContainText(`Restrict company access: ${actionStates[state]}`);
    await expect(listed.nth(index)).toContainText(actionStates[state]);
  }
  await page.goto(at(`/alerts/${data.alerts[0]!.id}`));
  for (const state of states) {
    const words = actionStates[state];
    await expect(page.getByRole("region", { name: "What happened" })).toContainText(`Lock the phone: ${words}`);
    await expect(page.getByRole("region", { name: "What was done" })).toContainText(words);
  }
});
