// Applies every fix to copies of repositories and asks the real drizzle-orm what became of them: the indexes that
// are new must be those that were asked for, the relations too, and nothing else may have changed; a second run must
// change nothing.
//
//     node tests/fixes/verify.mjs ORACLE_DIR REPOSITORY...
//
// ORACLE_DIR holds oracle.mjs (see its README). SCHEMALINT names the program, target/debug/schemalint else.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const program = path.resolve(process.env.SCHEMALINT ?? path.join(root, "target/debug/schemalint"));
const [oracle, ...repositories] = process.argv.slice(2);
let failed = false;

function schemalint(folder, ...options) {
  return spawnSync(program, ["check", folder, "--fail-on", "never", ...options], { encoding: "utf8", maxBuffer: 1 << 28 });
}

function ask(folder) {
  const text = execFileSync("node", [path.join(oracle, "oracle.mjs"), folder], { encoding: "utf8", maxBuffer: 1 << 29, stdio: ["ignore", "pipe", "ignore"] });
  return JSON.parse(text);
}

/** Without what a fix may move: places, and the order of what is found by place. */
function still(value) {
  if (Array.isArray(value)) return value.map(still);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).filter(([key]) => !["line", "column", "pos", "start", "end", "ms", "took"].includes(key));
  return Object.fromEntries(entries.map(([key, value]) => [key, still(value)]));
}

const name = (table) => `${table.file}#${table.exportName}`;
const indexOf = (table, index) => `${name(table)}(${index.columns.join(", ")})`;

for (const repository of repositories) {
  const folder = mkdtempSync(path.join(tmpdir(), "schemalint-fixes-"));
  try {
    cpSync(repository, folder, { recursive: true, filter: (file) => !/[\\/](node_modules|\.git)$/.test(file), verbatimSymlinks: true });
    const found = JSON.parse(schemalint(folder, "--format", "json").stdout).findings;
    const before = ask(folder);
    const fixed = schemalint(folder, "--fix=schema", "--format", "json");
    const left = JSON.parse(fixed.stdout).findings;
    const after = ask(folder);
    const again = schemalint(folder, "--fix=schema", "--diff");
    const problems = [];
    if (again.stdout !== "") problems.push("a second run changes something");
    if (left.some((finding) => finding.rule === "syntax-error")) problems.push("a file no longer parses");
    const old = new Map(before.tables.map((table) => [name(table), table]));
    const added = [];
    for (const table of after.tables) {
      const was = old.get(name(table));
      if (was === undefined) {
        problems.push(`${name(table)} is new`);
        continue;
      }
      old.delete(name(table));
      const { indexes = [], ...rest } = table;
      const { indexes: hadIndexes = [], ...had } = was;
      const known = hadIndexes.map((index) => JSON.stringify(still(index)));
      added.push(...indexes.filter((index) => !known.includes(JSON.stringify(still(index)))).map((index) => indexOf(table, index)));
      if (indexes.length < hadIndexes.length) problems.push(`${name(table)} lost an index`);
      if (JSON.stringify(still(rest)) !== JSON.stringify(still(had))) problems.push(`${name(table)} changed otherwise`);
    }
    problems.push(...[...old.keys()].map((table) => `${table} is gone`));
    const of = (findings, rule) => findings.filter((finding) => finding.rule === rule);
    const gone = (rule) => of(found, rule).length - of(left, rule).length;
    if (added.length !== gone("unindexed-foreign-key")) problems.push(`${added.length} indexes are new, ${gone("unindexed-foreign-key")} findings are gone`);
    const said = (relation) => JSON.stringify(still(relation));
    const kept = new Set(after.relations.map(said));
    const lost = before.relations.filter((relation) => !kept.has(said(relation)));
    const relations = after.relations.length - before.relations.length;
    problems.push(...lost.map((relation) => `the relation ${relation.table.exportName}.${relation.name} changed`));
    if (relations !== gone("missing-relation")) problems.push(`${relations} relations are new, ${gone("missing-relation")} findings are gone`);
    const rules = [...new Set(found.map((finding) => finding.rule))];
    for (const rule of rules) if (gone(rule) < 0) problems.push(`${rule} has ${-gone(rule)} more findings`);
    const share = rules.filter((rule) => gone(rule) > 0).map((rule) => `${rule} ${gone(rule)} of ${of(found, rule).length}`);
    console.log(`${path.basename(repository)}: ${share.join(", ") || "nothing fixed"}; ${fixed.stderr.trim().split("\n").filter((line) => /fix/.test(line)).join("; ")}`);
    for (const problem of problems) console.log(`  WRONG ${problem}`);
    failed ||= problems.length > 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
process.exit(failed ? 1 : 0);
