// Debian 12 ships Node 18.20: no locked package may ask for a newer one, and the lock file may
// name no registry, so that any mirror serves it.
import { readFileSync } from "node:fs";

const TARGET = [18, 20, 0];

const version = (text) => {
  const parts = text.replace(/^v/, "").split(".").map((part) => Number.parseInt(part, 10));
  return [parts[0] || 0, parts[1] || 0, parts[2] || 0];
};
const compare = (a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];

function accepts(comparator) {
  const match = /^(>=|<=|>|<|\^|~|=)?\s*v?([\dx*.]+)/.exec(comparator);
  if (!match) throw new Error(`range not understood: ${comparator}`);
  const [, operator = "", text] = match;
  if (text === "*" || text === "x") return true;
  const wanted = version(text);
  const order = compare(TARGET, wanted);
  if (operator === ">=") return order >= 0;
  if (operator === ">") return order > 0;
  if (operator === "<=") return order <= 0;
  if (operator === "<") return order < 0;
  if (operator === "^") return order >= 0 && TARGET[0] === wanted[0];
  if (operator === "~") return order >= 0 && TARGET[0] === wanted[0] && TARGET[1] === wanted[1];
  // A bare "18" or "18.x" is every release of that major.
  return text.split(".").every((part, i) => /[x*]/.test(part) || Number(part) === TARGET[i]);
}

export function satisfies(range) {
  return range.split("||").some((alternative) =>
    alternative
      .trim()
      .replace(/(>=|<=|>|<|\^|~|=)\s+/g, "$1")
      .split(/\s+/)
      .filter(Boolean)
      .every(accepts),
  );
}

const lock = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"));
const problems = [];
const mantine = new Set();
for (const [path, entry] of Object.entries(lock.packages)) {
  if (entry.resolved) problems.push(`${path}: has a resolved address`);
  if (path.includes("node_modules/@mantine/")) mantine.add(entry.version);
  const range = entry.engines?.node;
  if (range && !satisfies(range)) problems.push(`${path} ${entry.version}: wants node ${range}`);
}
if (mantine.size > 1) problems.push(`@mantine packages differ: ${[...mantine].join(", ")}`);
for (const problem of problems) console.error(problem);
console.log(
  `${Object.keys(lock.packages).length} locked packages checked against Node ${TARGET.join(".")}: ${problems.length} problems`,
);
process.exit(problems.length ? 1 : 0);
