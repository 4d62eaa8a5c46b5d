// Every text a phone, a file or a person can choose, filled with markup and direction overrides:
// nothing runs, nothing becomes an element, hidden characters are seen.
import * as data from "../data";
import { expect, settle, test } from "../fixture";

const MARKUP = `<img src=x onerror="window.ran=1"><script>window.ran=1</script><b>bold</b>`;
const HIDDEN = "\u202egnp.exe\u202c\u200b";
const POISON = `${MARKUP}${HIDDEN}`;
const keep = new Set([
  "id", "device_id", "problem_id", "last_finding_id", "observation_id", "decision_id", "severity", "state", "kind", "platform", "ownership",
  "tier", "risk", "protection", "mode", "carrier", "next", "day", "csrf_token", "threat", "role", "actions", "platforms", "qr_svg", "scopes",
  "sha256", "verdict",
]);

// Replaces every free text of an answer, whatever its depth.
function poison(value: unknown, key = ""): unknown {
  if (keep.has(key)) return value;
  if (typeof value === "string") return /^\d{4}-\d\d-\d\d/.test(value) ? value : POISON;
  if (Array.isArray(value)) return value.map((item) => poison(item, key));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, poison(item, name)]));
  }
  return value;
}

const pages = [
  "/",
  "/alerts?view=all",
  `/alerts/${data.alerts[0]!.id}`,
  "/devices",
  `/devices/${data.devices[1]!.id}`,
  "/apps",
  `/apps/${"5e".repeat(32)}`,
  "/policies",
  "/policies/personal?version=1",
  "/audit",
  "/connectors",
  "/settings/administrators",
  "/settings/tokens",
];

for (const path of pages) {
  test(`markup and direction overrides stay text on ${path}`, async ({ page, at, mock }) => {
    mock.rewrite = poison;
    await page.goto(at(path));
    await page.getByText("U+202E").first().waitFor({ state: "attached" });
    await settle(page, mock);
    expect(await page.evaluate(() => (window as unknown as { ran?: number }).ran)).toBeUndefined();
    expect(await page.locator("img[src=x], b:text-is(\"bold\")").count()).toBe(0);
    const raw = await page.evaluate(() => {
      const found: string[] = [];
      const walk = document.createTreeWalker(document.querySelector("#root")!, NodeFilter.SHOW_TEXT);
      while (walk.nextNode()) {
        const text = walk.currentNode.nodeValue ?? "";
        // What is edited must stay as it is.
        if (walk.currentNode.parentElement?.tagName === "TEXTAREA") continue;
        if (/[\u202a-\u202e\u200b]/.test(text)) found.push(`${walk.currentNode.parentElement?.outerHTML.slice(0, 120)}`);
      }
      return found;
    });
    expect(raw, "overrides that reach the page unseen").toEqual([]);
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
      "sideways scroll",
    ).toBe(0);
    expect(mock.seen.length).toBeGreaterThan(0);
  });
}
