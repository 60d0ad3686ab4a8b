// Reads every format of schemalint with a reader that knows nothing of schemalint: the validators of the formats
// where there are any, else a parser and what the format's documentation asks for. README.md says which.
//
//     SCHEMALINT=target/debug/schemalint node tests/formats/check.mjs
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { RDFormatValidator } from "@umbrelladocs/rdformat-validator";
import { JSDOM } from "jsdom";
import { parse as parseJunit } from "junit2json";
import { marked } from "marked";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, "../..");
const program = path.resolve(process.env.SCHEMALINT ?? path.join(root, "target/debug/schemalint"));
const work = mkdtempSync(path.join(tmpdir(), "schemalint-formats-"));
const dom = new JSDOM("");
// mermaid draws, and wants a page to draw on, even to parse.
Object.assign(globalThis, { window: dom.window, document: dom.window.document });
const { default: mermaid } = await import("mermaid");

const FORMATS = ["json", "sarif", "gitlab", "junit", "checkstyle", "rdjson", "markdown"];
const failures = [];
let asserted = 0;

function expect(condition, what) {
  asserted += 1;
  if (!condition) failures.push(what);
}

function same(found, expected, what) {
  expect(JSON.stringify(found) === JSON.stringify(expected), `${what}: ${JSON.stringify(found)} is not ${JSON.stringify(expected)}`);
}

/** Names that mean something to XML, HTML, Markdown, mermaid, URIs, SARIF and terminals. */
function hostile() {
  const folder = path.join(work, "hostile [a](1) #%41&b");
  mkdirSync(folder);
  const name = `]]>&amp;<b>"'|\\\`*x* @me https://x.y [z](1) {0} %41 \\u0000\\u001b[31m\\ufffe😀"];d0-->d1`;
  const table = (binding, schema, columns) =>
    `export const ${binding} = ${schema}.table(${JSON.stringify(`${binding} ${name}`).replaceAll("\\\\u", "\\u")}, { ${columns} });\n`;
  writeFileSync(
    path.join(folder, "schema.ts"),
    `import { integer, pgSchema } from "drizzle-orm/pg-core";\n` +
      `export const one = pgSchema(${JSON.stringify(`one ${name}`).replaceAll("\\\\u", "\\u")});\n` +
      `export const two = pgSchema("two");\n` +
      table("users", "one", `id: integer("id").primaryKey()`) +
      table("orders", "two", `id: integer("id").primaryKey(), userId: integer("user id").references(() => users.id)`) +
      `// schemalint-ignore json-column -- 😀 nothing here\nexport const last = 1;\n`,
  );
  return folder;
}

function clean() {
  const folder = path.join(work, "clean");
  mkdirSync(folder);
  writeFileSync(
    path.join(folder, "schema.ts"),
    `import { integer, pgTable } from "drizzle-orm/pg-core";\nexport const users = pgTable("users", { id: integer("id").primaryKey() });\n`,
  );
  return folder;
}

/** Runs the program once and reads back what it wrote, by format. */
function run(folder, cwd) {
  const file = (format) => path.join(work, `out.${format === "sarif" ? "sarif" : format}`);
  const formats = FORMATS.flatMap((format) => ["--format", `${format}=${file(format)}`]);
  const { status, stderr } = spawnSync(program, ["check", folder, "--fail-on", "never", ...formats], {
    cwd,
    encoding: "utf8",
    env: { PATH: process.env.PATH },
  });
  expect(status === 0, `${folder}: exit ${status} ${stderr}`);
  return Object.fromEntries(FORMATS.map((format) => [format, readFileSync(file(format), "utf8")]));
}

function sarif(text, found, at) {
  const file = path.join(work, "out.sarif");
  const report = path.join(work, "validated.sarif");
  const tool = path.join(here, "node_modules/.bin/sarif-multitool");
  execFileSync(tool, ["validate", file, "--output", report, "--log", "ForceOverwrite"], { stdio: "pipe" });
  const results = JSON.parse(readFileSync(report, "utf8").replace(/^\ufeff/, "")).runs[0].results;
  for (const result of results.filter((result) => ["error", undefined].includes(result.level))) {
    expect(false, `${at} sarif: ${result.ruleId} ${JSON.stringify(result.message)}`);
  }
  const { results: ours, tool: { driver } } = JSON.parse(text).runs[0];
  same(ours.map((result) => result.ruleId), found.map((finding) => finding.rule), `${at} sarif rules`);
  for (const [index, result] of ours.entries()) {
    same(driver.rules[result.ruleIndex].id, result.ruleId, `${at} sarif rule index`);
    const { artifactLocation: { uri } } = result.locations[0].physicalLocation;
    same(decodeURIComponent(uri.replace("file://", "")), found[index].location.path, `${at} sarif path`);
    expect(new URL(uri, "file:///checkout/").hash === "", `${at} sarif: ${uri} has a fragment`);
  }
  const prints = ours.map((result) => JSON.stringify(result.partialFingerprints));
  same(new Set(prints).size, prints.length, `${at} sarif fingerprints`);
}

/** https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format */
function gitlab(text, found, at) {
  expect(!text.startsWith("\ufeff"), `${at} gitlab: a byte order mark is not allowed`);
  const issues = JSON.parse(text);
  expect(Array.isArray(issues), `${at} gitlab: no list`);
  for (const [index, issue] of issues.entries()) {
    for (const key of ["description", "check_name", "fingerprint"]) {
      expect(typeof issue[key] === "string" && issue[key] !== "", `${at} gitlab: ${key}`);
    }
    expect(["info", "minor", "major", "critical", "blocker"].includes(issue.severity), `${at} gitlab: ${issue.severity}`);
    expect(!issue.location.path.startsWith("./"), `${at} gitlab: ${issue.location.path}`);
    same(issue.location.positions.begin.line, found[index].location.start.line, `${at} gitlab line`);
  }
  same(issues.length, found.length, `${at} gitlab issues`);
  same(new Set(issues.map((issue) => issue.fingerprint)).size, issues.length, `${at} gitlab fingerprints`);
}

function xml(text, at) {
  // The parser of the browsers' standard throws where XML is not well-formed.
  try {
    return new dom.window.DOMParser().parseFromString(text, "application/xml");
  } catch (error) {
    expect(false, `${at}: ${error.message}`);
  }
}

async function junit(text, found, at) {
  const { testsuite: suites, ...all } = await parseJunit(text);
  const tests = suites.flatMap((suite) => suite.testcase);
  const failed = tests.filter((test) => test.failure !== undefined);
  same(failed.length, found.length, `${at} junit failures`);
  same([all.tests, all.failures, all.errors], [Math.max(found.length, 1), found.length, 0], `${at} junit counts`);
  same(tests.length, Math.max(found.length, 1), `${at} junit tests`);
  xml(text, `${at} junit`);
}

function checkstyle(text, found, at) {
  const document = xml(text, `${at} checkstyle`);
  const errors = [...(document?.getElementsByTagName("error") ?? [])];
  same(
    errors.map((error) => [error.parentNode.getAttribute("name"), Number(error.getAttribute("line")), Number(error.getAttribute("column"))]),
    found.map(({ location: { path, start } }) => [path, start.line, start.column]),
    `${at} checkstyle places`,
  );
  expect(errors.every((error) => ["error", "warning"].includes(error.getAttribute("severity"))), `${at} checkstyle severity`);
}

async function rdjson(text, found, at) {
  const validator = new RDFormatValidator({ strictMode: true, allowExtraFields: false });
  const result = await validator.validateString(text);
  expect(result.valid, `${at} rdjson: ${JSON.stringify(result.errors)}`);
  same(JSON.parse(text).diagnostics.map(({ location: { path } }) => path), found.map((finding) => finding.location.path), `${at} rdjson paths`);
}

const TAGS = new Set(["H2", "P", "TABLE", "THEAD", "TBODY", "TR", "TH", "TD", "A", "CODE", "BLOCKQUOTE", "DETAILS", "SUMMARY", "PRE", "STRONG"]);

async function markdown(text, found, at) {
  const page = new JSDOM(marked.parse(text, { gfm: true })).window.document.body;
  for (const element of page.querySelectorAll("*")) {
    expect(TAGS.has(element.tagName), `${at} markdown: a name became <${element.tagName}>`);
    expect(element.tagName !== "A" || element.href.includes("/rules/"), `${at} markdown: a name became a link to ${element.href}`);
  }
  const tables = page.querySelectorAll("table");
  same(tables.length, found.length > 0 ? 2 : 0, `${at} markdown tables`);
  const errors = found.filter((finding) => finding.level === "error");
  const worst = [...errors, ...found.filter((finding) => finding.level !== "error")].slice(0, 10);
  const cells = [...(tables[1]?.querySelectorAll("tbody tr") ?? [])].map((row) => row.children[2].textContent);
  same(cells, worst.map(({ location: { path, start } }) => `${path}:${start.line}`), `${at} markdown places`);
  const graphs = [...text.matchAll(/```mermaid\n([^]*?)```/g)];
  for (const [, graph] of graphs) {
    await mermaid.parse(graph).then(() => expect(true), (error) => expect(false, `${at} mermaid: ${error.message}\n${graph}`));
  }
  return graphs.length;
}

let graphs = 0;
let findings = 0;
try {
  const fixtures = ["tkt-space-broken", "voyant-broken", "links-broken"].map((name) => path.join("fixtures", name));
  const odd = hostile();
  // The same once by its relative and once by its absolute path.
  const runs = [...fixtures.map((folder) => [folder, root]), [path.basename(odd), work], [odd, root], [clean(), root]];
  for (const [folder, cwd] of runs) {
    const at = path.basename(folder);
    const written = run(folder, cwd);
    const { findings: found } = JSON.parse(written.json);
    findings += found.length;
    expect(at === "clean" ? found.length === 0 : found.length > 0, `${at}: ${found.length} findings`);
    sarif(written.sarif, found, at);
    gitlab(written.gitlab, found, at);
    await junit(written.junit, found, at);
    checkstyle(written.checkstyle, found, at);
    await rdjson(written.rdjson, found, at);
    graphs += await markdown(written.markdown, found, at);
  }
  expect(graphs >= 3, `only ${graphs} graphs`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
if (failures.length > 0) {
  console.error([...new Set(failures)].join("\n"));
  process.exit(1);
}
console.log(`formats: ${asserted} checks of ${findings} findings in ${FORMATS.length} formats hold`);
