// Two people at one alert or policy: nobody's change is lost without being seen.
import * as data from "../data";
import { expect, test } from "../fixture";
import type { MockServer } from "../mock_server";

const first = data.alerts[0]!;
const clash = /Somebody else changed this alert meanwhile/;

// Somebody else is quicker: their change is there when the first request of this kind arrives.
function quicker(mock: MockServer, route: string, theirs: () => void) {
  mock.override(route, (request) => {
    mock.overrides.delete(route);
    theirs();
    return mock.answer(request);
  });
}

test("a change sends the version that was seen", async ({ page, at, mock }) => {
  await page.goto(at(`/alerts/${first.id}`));
  await page.getByRole("button", { name: "Acknowledge" }).click();
  await expect.poll(() => mock.alerts[0]!.state).toBe("acknowledged");
  const sent = mock.seen.filter((request) => request.method === "PATCH");
  expect(sent).toHaveLength(1);
  expect(sent[0]!.headers["if-match"]).toMatch(/^"[0-9a-f]{64}"$/);
});

test("somebody else's change is shown beside mine, and stays unless I say so", async ({ page, at, mock }) => {
  await page.goto(at(`/alerts/${first.id}`));
  quicker(mock, `PATCH /v1/alerts/${first.id}`, () =>
    Object.assign(mock.alerts[0]!, { state: "resolved", assignee: "tomas", note: "Phone was wiped" }),
  );
  await page.getByRole("button", { name: "Acknowledge" }).click();
  const dialog = page.getByRole("dialog", { name: clash });
  await expect(dialog.getByRole("row").filter({ hasText: "State" })).toHaveText("StateOpenResolvedAcknowledged");
  await expect(dialog.getByRole("row").filter({ hasText: "Owner" })).toHaveText("OwnerNobodytomasAs it is");
  await expect(dialog.getByRole("row").filter({ hasText: "Note" })).toHaveText("NoteNo notePhone was wipedAs it is");
  await dialog.getByRole("button", { name: "Leave it as it is" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Reopen" })).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Note" })).toHaveValue("Phone was wiped");
  expect(mock.alerts[0]).toMatchObject({ state: "resolved", assignee: "tomas", note: "Phone was wiped" });
});

test("my change is made over somebody else's when I say so, and touches nothing else", async ({ page, at, mock }) => {
  await page.goto(at(`/alerts/${first.id}`));
  quicker(mock, `PATCH /v1/alerts/${first.id}`, () => (mock.alerts[0]!.assignee = "tomas"));
  await page.getByRole("button", { name: "Assign to me" }).click();
  await page.getByRole("dialog", { name: clash }).getByRole("button", { name: "Make my change" }).click();
  await expect.poll(() => mock.alerts[0]!.assignee).toBe("rosa");
  expect(mock.alerts[0]).toMatchObject({ state: "open", note: "" });
  await expect(page.getByRole("button", { name: "Assign to me" })).toHaveCount(0);
});

test("a note being written outlives news and clashes", async ({ page, at, mock }) => {
  await page.clock.install();
  await page.goto(at(`/alerts/${first.id}`));
  const note = page.getByRole("textbox", { name: "Note" });
  await note.fill("Called Ines");
  mock.alerts[0]!.note = "Ines is on leave";
  await page.clock.runFor(11_000);
  await expect.poll(() => mock.seen.filter((request) => request.path === `/v1/alerts/${first.id}`).length).toBeGreaterThan(1);
  await expect(note).toHaveValue("Called Ines");
  await page.getByRole("button", { name: "Save note" }).click();
  const dialog = page.getByRole("dialog", { name: clash });
  await expect(dialog.getByRole("row").filter({ hasText: "Note" })).toHaveText("NoteNo noteInes is on leaveCalled Ines");
  await page.keyboard.press("Escape");
  await expect(note).toHaveValue("Called Ines");
  await note.fill("Ines is on leave; called her");
  await page.getByRole("button", { name: "Save note" }).click();
  await expect.poll(() => mock.alerts[0]!.note).toBe("Ines is on leave; called her");
  await expect(page.getByRole("button", { name: "Save note" })).toBeDisabled();
});

test("from the list, what clashes is asked about and the rest is done", async ({ page, at, mock }) => {
  await page.goto(at("/alerts"));
  quicker(mock, `GET /v1/alerts/${data.alerts[1]!.id}`, () => (mock.alerts[1]!.state = "false_positive"));
  for (const row of [1, 2, 3]) {
    await page.getByRole("row").nth(row).getByRole("checkbox").check();
  }
  await page.getByRole("region", { name: "3 selected" }).getByRole("button", { name: "Resolve" }).click();
  const dialog = page.getByRole("dialog", { name: clash });
  await expect(dialog.getByRole("table")).toHaveCount(1);
  await expect(dialog.getByRole("row").filter({ hasText: "State" })).toHaveText("StateOpenFalse alarmResolved");
  await expect.poll(() => [mock.alerts[0]!.state, mock.alerts[2]!.state]).toEqual(["resolved", "resolved"]);
  await dialog.getByRole("button", { name: "Leave it as it is" }).click();
  await expect(page.getByRole("row").nth(2)).toContainText("False alarm");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => mock.alerts.slice(0, 3).map((alert) => alert.state)).toEqual(["open", "false_positive", "open"]);
});

test("two people who want the same are not asked", async ({ page, at, mock }) => {
  await page.goto(at("/alerts"));
  await page.getByRole("link", { name: "Banking trojan pattern" }).waitFor();
  quicker(mock, `GET /v1/alerts/${first.id}`, () => (mock.alerts[0]!.state = "acknowledged"));
  await page.keyboard.press("j");
  await page.keyboard.press("e");
  await expect(page.getByRole("row").nth(1)).toContainText("Acknowledged");
  await expect.poll(() => mock.seen.some((request) => request.path === `/v1/alerts/${first.id}`)).toBe(true);
  await expect.poll(() => mock.underWay).toBe(0);
  expect(mock.changes()).toEqual([]);
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("a policy changed meanwhile is not overwritten", async ({ page, at, mock }) => {
  await page.goto(at("/policies/personal"));
  await page.getByRole("radiogroup", { name: /suspicious app/ }).getByText("Enforce").click();
  mock.policies[1]!.version = 9;
  await page.getByRole("button", { name: "Switch to Enforce" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("alert")).toContainText("Somebody else changed the policy meanwhile");
  await expect(page.getByText("v9 in force")).toBeVisible();
  expect(mock.policies[1]!.rules[2]!.mode).toBe("warn");
  await dialog.getByRole("button", { name: "Switch to Enforce" }).click();
  await expect.poll(() => mock.policies[1]!.rules[2]!.mode).toBe("enforce");
});
