// What the first view costs over the wire, gzip -9: the entry and everything it imports at once,
// the overview's own chunk, all style sheets, and the fonts that Latin text asks for.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMITS = { js: 160, css: 25, fonts: 90 }; // kB of 1000 bytes
const LATER_ROUTE = 25;

const folder = new URL("../dist/assets/", import.meta.url);
const files = readdirSync(folder);
const size = (name) => gzipSync(readFileSync(new URL(name, folder)), { level: 9 }).length / 1000;
const raw = (name) => readFileSync(new URL(name, folder)).length / 1000;

const html = readFileSync(new URL("../dist/index.html", import.meta.url), "utf8");
const entry = /src="\/assets\/([^"]+\.js)"/.exec(html)?.[1];
if (!entry) throw new Error("dist/index.html names no entry script");

const first = new Set();
function follow(name) {
  if (first.has(name)) return;
  first.add(name);
  const source = readFileSync(new URL(name, folder), "utf8");
  // Static imports only: `import"./x.js"` and `from"./x.js"`, not `import("./x.js")`.
  for (const match of source.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) follow(match[1]);
}
follow(entry);
for (const name of files) if (/^overview-.*\.js$/.test(name)) follow(name);

const sum = (names, of) => names.reduce((total, name) => total + of(name), 0);
const figures = {
  js: sum([...first], size),
  css: sum(files.filter((name) => name.endsWith(".css")), size),
  fonts: sum(files.filter((name) => /-latin-wght-normal-.*\.woff2$/.test(name)), raw),
};
let failed = false;
for (const [kind, limit] of Object.entries(LIMITS)) {
  const bad = figures[kind] > limit;
  failed ||= bad;
  console.log(`first view ${kind}: ${figures[kind].toFixed(1)} kB of ${limit}${bad ? "  TOO MUCH" : ""}`);
}
for (const name of files.filter((each) => each.endsWith(".js") && !first.has(each))) {
  const kb = size(name);
  if (kb > LATER_ROUTE) {
    failed = true;
    console.log(`${name}: ${kb.toFixed(1)} kB of ${LATER_ROUTE}  TOO MUCH`);
  }
}
process.exit(failed ? 1 : 0);
