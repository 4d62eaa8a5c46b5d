// Runs axe-core in the page; its source is injected past the content policy by the debugger.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string; failureSummary: string }[];
}

export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(source);
  const found = await page.evaluate(async () => {
    const axe = (window as unknown as { axe: { run: (root: Document, options: object) => Promise<{ violations: Violation[] }> } }).axe;
    const result = await axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      resultTypes: ["violations"],
    });
    return result.violations;
  });
  return found
    .filter((violation) => ["serious", "critical", "moderate"].includes(violation.impact))
    .flatMap((violation) =>
      violation.nodes.slice(0, 3).map((node) => `${violation.impact} ${violation.id}: ${node.html.slice(0, 160)} ${node.failureSummary.split("\n")[1] ?? ""}`),
    );
}
