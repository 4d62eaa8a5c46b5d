// House rules of the source that a compiler does not know: logical CSS only, no sentence outside
// src/words, no markup injected.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const root = new URL("../src/", import.meta.url).pathname;
const files = [];
(function walk(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) walk(path);
    else if (!/(schema\.d|observations)\.ts$/.test(name)) files.push(path);
  }
})(root);

const rules = [
  {
    files: /\.css$/,
    pattern: /(^|[\s;{])(?:(?:margin|padding|border|inset)-(?:left|right|top|bottom)|left|right|top|bottom|width|height|min-width|max-width|min-height|max-height)\s*:/,
    why: "physical property: use the logical one",
    except: /@media/,
  },
  { files: /\.css$/, pattern: /text-align:\s*(left|right)/, why: "physical alignment: use start or end" },
  { files: /\.tsx?$/, pattern: /dangerouslySetInnerHTML|innerHTML|eval\(|new Function/, why: "markup or code from text" },
  {
    files: /\.tsx$/,
    pattern: />\s*[A-Z][a-z]+ [a-z]+[^<>{}=;]*<\//,
    why: "a sentence outside src/words",
  },
  { files: /\.tsx$/, pattern: /(aria-label|title|placeholder|label|alt)="[^"]*[A-Za-z]{3}/, why: "words outside src/words" },
  { files: /\.(tsx?|css|mjs)$/, pattern: /\b(TODO|FIXME|XXX)\b/, why: "unfinished" },
];

let problems = 0;
for (const path of files) {
  const text = readFileSync(path, "utf8");
  const lines = text.split("\n");
  if (lines.length > 520) {
    problems += 1;
    console.error(`${path.slice(root.length)}: ${lines.length} lines`);
  }
  lines.forEach((line, index) => {
    for (const rule of rules) {
      if (!rule.files.test(path) || !rule.pattern.test(line) || rule.except?.test(line)) continue;
      problems += 1;
      console.error(`${path.slice(root.length)}:${index + 1}: ${rule.why}: ${line.trim().slice(0, 90)}`);
    }
  });
}
console.log(`${files.length} source files checked: ${problems} problems`);
process.exit(problems ? 1 : 0);
