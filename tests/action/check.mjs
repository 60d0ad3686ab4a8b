// Runs action.yml as a runner does, against releases on this machine: README.md says what is proved.
//
//     SCHEMALINT=target/debug/schemalint node tests/action/check.mjs
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { machine as cpu, manifest, pack, root, script, serve, stripped } from "./release.mjs";
import { action, machine } from "./runner.mjs";

const work = mkdtempSync(path.join(tmpdir(), "schemalint-action-"));
const failures = [];
let asserted = 0;
let scenario = "";

function expect(condition, what) {
  asserted += 1;
  if (!condition) failures.push(`${scenario}: ${what}`);
}

function same(found, expected, what) {
  expect(JSON.stringify(found) === JSON.stringify(expected), `${what}: ${JSON.stringify(found)} is not ${JSON.stringify(expected)}`);
}

function says(log, text) {
  expect(log.includes(text), `the log does not say ${JSON.stringify(text)}:\n${log}`);
}

const version = manifest("version");
const tag = `v${version}`;
const target = `${cpu}-unknown-linux-musl`;
const archive = `schemalint-${target}.tar.gz`;
const ours = { repository: "someone/schemalint", ref: tag };
const commit = "0123456789abcdef0123456789abcdef01234567";

/** A checkout with a schema. */
function checkout(name, columns, config) {
  const folder = path.join(work, name);
  mkdirSync(path.join(folder, "db dir"), { recursive: true });
  execFileSync("git", ["init", "--quiet", folder]);
  writeFileSync(path.join(folder, "package.json"), `{ "dependencies": { "drizzle-orm": "0.45.0" } }\n`);
  writeFileSync(path.join(folder, "schemalint.json"), JSON.stringify(config));
  writeFileSync(
    path.join(folder, "db dir", "schema.ts"),
    `import { index, integer, pgTable } from "drizzle-orm/pg-core";\n` +
      `export const users = pgTable("users", { id: integer("id").primaryKey() });\n` +
      `export const orders = pgTable("orders", {\n  id: integer("id").primaryKey(),\n  ${columns}\n});\n`,
  );
  return folder;
}

const error = { rules: { "unindexed-foreign-key": "error" } };
const clean = checkout("clean", `note: integer("note"),`, error);
const failing = checkout("failing", `userId: integer("user_id").references(() => users.id, { onDelete: "cascade" }),`, error);

/** Works on several at once. */
async function inParallel(workers, items, work) {
  const waiting = items.values();
  await Promise.all(Array.from({ length: workers }, async () => {
    for (const item of waiting) await work(item);
  }));
}

const releases = path.join(work, "releases");
const binary = stripped(work);
pack(target, binary, path.join(releases, "download", tag));
writeFileSync(path.join(releases, "download", tag, "commit.txt"), `${commit}\n`);
// A release whose archive was changed after its checksum was written; what it holds must never run.
const evil = script(path.join(work, "evil"), `#!/bin/sh\ntouch '${work}/pwned-by-archive'\n`);
pack(target, evil, path.join(releases, "download", "v9.0.0"));
cpSync(path.join(releases, "download", tag, `${archive}.sha256`), path.join(releases, "download", "v9.0.0", `${archive}.sha256`));
pack(target, evil, path.join(releases, "download", "v9.0.1"));
rmSync(path.join(releases, "download", "v9.0.1", `${archive}.sha256`));
pack(target, evil, path.join(releases, "download", "v9.0.3"));
writeFileSync(path.join(releases, "download", "v9.0.3", `${archive}.sha256`), "");

const server = await serve(releases, (name) => (name.includes("v9.0.2") ? { status: 500 } : undefined));
// A cargo that says how it was called and installs the program that is tested.
const bin = path.join(work, "bin");
const called = path.join(work, "cargo-was-called");
script(
  path.join(bin, "cargo"),
  `#!/bin/bash\nprintf '%s\\n' "$PWD" "$@" >'${called}'\n` +
    `while [ "$#" -gt 0 ]; do if [ "$1" = --root ]; then root="$2"; fi; shift; done\nmkdir -p "$root/bin"\ncp '${binary}' "$root/bin/schemalint"\n`,
);
const env = { SCHEMALINT_TEST_RELEASES: `${server.url}/download`, PATH: `${bin}:${process.env.PATH}` };

/** What was downloaded, and whether cargo built, since the last question. */
function happened() {
  const cargo = existsSync(called) ? readFileSync(called, "utf8").trim().split("\n") : [];
  rmSync(called, { force: true });
  return { asked: server.asked.splice(0).map((line) => line.replace("/download/", "")), cargo };
}

const NONE = { findings: "", errors: "", warnings: "", sarif: "", json: "" };
const counts = ({ findings, errors, warnings }) => [findings, errors, warnings];

try {
  scenario = "action.yml";
  for (const step of action.runs.steps) {
    expect(!step.run.includes("${{"), `an expression in the shell code of ${step.id}`);
    same(step.shell, "bash", "shell");
  }

  scenario = "a clean repository";
  const runner = machine(work);
  let run = await runner.uses({ ...ours, workspace: clean, env });
  same(run.code, 0, "exit code");
  same(counts(run.outputs), ["0", "0", "0"], "outputs");
  expect(run.summary.includes("no findings") || run.summary.includes("No findings"), `summary: ${run.summary}`);
  same(JSON.parse(readFileSync(run.outputs.sarif, "utf8")).runs[0].results.length, 0, "sarif");
  same(happened(), { asked: [`200 ${tag}/${archive}`, `200 ${tag}/${archive}.sha256`], cargo: [] }, "downloads");

  scenario = "a failing repository, from the tool cache";
  run = await runner.uses({ ...ours, workspace: failing, env });
  same(run.code, 1, "exit code");
  same(counts(run.outputs), ["1", "1", "0"], "outputs");
  const { results } = JSON.parse(readFileSync(run.outputs.sarif, "utf8")).runs[0];
  same(results.map(({ ruleId }) => ruleId), ["unindexed-foreign-key"], "sarif");
  same(JSON.parse(readFileSync(run.outputs.json, "utf8")).findings.length, 1, "json");
  expect(run.summary.includes("unindexed-foreign-key"), `summary: ${run.summary}`);
  same(run.log.match(/^::error .*$/gm)?.length, 1, "annotations");
  says(run.log, "::error file=db dir/schema.ts,line=5,");
  same(happened(), { asked: [], cargo: [] }, "downloads");

  scenario = "inputs";
  run = await runner.uses({ ...ours, workspace: failing, env, inputs: { "fail-on": "never" } });
  same([run.code, ...counts(run.outputs)], [0, "1", "1", "0"], "fail-on");
  run = await runner.uses({ ...ours, workspace: failing, env, inputs: { args: "--rule  unindexed-foreign-key=warn\n  --format=junit=junit.xml", "max-warnings": "0" } });
  same([run.code, ...counts(run.outputs)], [1, "1", "0", "1"], "args, max-warnings");
  expect(existsSync(path.join(failing, "junit.xml")), "args: another format");
  run = await runner.uses({ ...ours, workspace: work, env, inputs: { "working-directory": "failing", paths: "\n  db dir  \nschemalint.json\n", "sarif-file": "out.sarif" } });
  says(run.log, "file=failing/db dir/schema.ts"); // from the checkout, else GitHub shows nothing
  same(run.outputs.sarif, path.join(work, "failing/out.sarif"), "sarif-file");
  expect(existsSync(run.outputs.sarif), "sarif-file is not there");
  writeFileSync(path.join(failing, "off.json"), `{ "rules": { "unindexed-foreign-key": "off" } }`);
  run = await runner.uses({ ...ours, workspace: failing, env, inputs: { config: "off.json", summary: "false" } });
  same([run.code, run.summary], [0, ""], "config, summary");
  run = await runner.uses({ ...ours, workspace: failing, env, inputs: { "changed-since": "no-such-revision" } });
  same([run.code, run.outputs.findings], [2, ""], "changed-since");
  expect(/^::error title=schemalint::.*no-such-revision/m.test(run.log), `changed-since: ${run.log}`);

  scenario = "no schema";
  mkdirSync(path.join(work, "empty", ".git"), { recursive: true });
  run = await runner.uses({ ...ours, workspace: path.join(work, "empty"), env });
  same([run.code, run.outputs.findings], [3, "0"], "exit code");
  says(run.log, "::error title=schemalint::no table found");

  scenario = "other refs";
  happened();
  run = await machine(work).uses({ ...ours, ref: "v0", workspace: clean, env });
  same([run.code, happened().asked.length], [0, 2], "a line of releases");
  const other = machine(work);
  run = await other.uses({ ...ours, ref: commit, workspace: clean, env });
  same([run.code, happened().asked], [0, [`200 ${tag}/commit.txt`, `200 ${tag}/${archive}`, `200 ${tag}/${archive}.sha256`]], "the commit of the release");
  run = await other.uses({ ...ours, ref: commit, workspace: clean, env });
  same([run.code, happened().asked], [0, []], "the commit of the release, again");
  run = await other.uses({ ...ours, ref: commit.replace("0", "1"), workspace: clean, env });
  let { asked, cargo } = happened();
  same([run.code, asked, cargo[1]], [0, [`200 ${tag}/commit.txt`], "install"], "another commit");

  scenario = "no release";
  for (const [name, use] of Object.entries({
    "a branch": { repository: "someone/schemalint", ref: "main" },
    "a checkout": { repository: "", ref: "" },
    "a tag without a release": { repository: "someone/schemalint", ref: "v8.0.0" },
    "a machine without a binary": { ...ours, more: { RUNNER_OS: "Linux", RUNNER_ARCH: "RISCV64" } },
  })) {
    const fresh = machine(work);
    run = await fresh.uses({ ...use, workspace: failing, env: { ...env, ...use.more } });
    ({ asked, cargo } = happened());
    same([run.code, run.outputs.errors], [1, "1"], name);
    same(asked, name === "a tag without a release" ? [`404 v8.0.0/${archive}`] : [], `${name}: downloads`);
    const [cwd, command, ...options] = cargo;
    same([cwd, command, options[0], options[1], options[2], options[3]], [root, "install", "--locked", "--path", root, "--root"], `${name}: cargo`);
    expect(options[4]?.startsWith(fresh.cache), `${name}: cargo installs into ${options[4]}`);
    run = await fresh.uses({ ...use, workspace: clean, env: { ...env, ...use.more } });
    same([run.code, happened().cargo], [0, []], `${name}: again`);
    same(readdirSync(path.join(fresh.cache, "schemalint", use.repository || manifest("repository").replace("https://github.com/", ""))).filter((entry) => entry.startsWith("part.")), [], `${name}: left in the cache`);
  }
  run = await machine(work).uses({ workspace: clean, env, inputs: { version: "8.0.0" } });
  same([run.code, run.outputs, happened().cargo], [2, { ...NONE, binary: "" }, []], "a version that was asked for");
  says(run.log, "has no release v8.0.0 with a binary");
  run = await machine(work).uses({ workspace: clean, env, inputs: { version } });
  same([run.code, happened().cargo], [0, []], "the version that was asked for");
  const bare = path.join(work, "bare");
  mkdirSync(bare);
  for (const name of ["bash", "sed", "head", "mkdir", "mktemp", "rm", "uname", "find", "sort", "xargs", "sha256sum", "dirname", "cat"]) {
    symlinkSync(execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim(), path.join(bare, name));
  }
  run = await machine(work).uses({ ref: "main", repository: "someone/schemalint", workspace: clean, env: { ...env, PATH: bare } });
  same([run.code, happened().cargo], [2, []], "no cargo");
  says(run.log, "no cargo to build one");

  scenario = "damage";
  for (const [ref, what] of [
    ["v9.0.0", "has the checksum"],
    ["v9.0.1", "has no checksum"],
    ["v9.0.2", "answered 500"],
    ["v9.0.3", "has the checksum"],
  ]) {
    const fresh = machine(work);
    // curl tries again after a server's error; not for seconds here.
    script(path.join(bin, "curl"), `#!/bin/sh\nPATH='${process.env.PATH}' exec curl "$@" --retry-delay 0 --retry-max-time 1\n`);
    run = await fresh.uses({ ...ours, ref, workspace: clean, env });
    same([run.code, run.outputs, happened().cargo], [2, { ...NONE, binary: "" }, []], ref);
    says(run.log, "::error title=schemalint::");
    says(run.log, what);
    same(readdirSync(path.join(fresh.cache, "schemalint/someone/schemalint")), [], `${ref}: left in the cache`);
  }
  const kept = path.join(runner.cache, "schemalint/someone/schemalint", tag, "any", target);
  writeFileSync(path.join(kept, "schemalint"), `#!/bin/sh\ntouch '${work}/pwned-by-cache'\n`);
  run = await runner.uses({ ...ours, workspace: clean, env });
  same([run.code, happened().asked.length], [0, 2], "a damaged cache is not used");
  for (const url of ["https://127.0.0.1:1/x", "http://example.com:80/x", "http://127.0.0.1:1@example.com/x", "file:///tmp/x"]) {
    run = await machine(work).uses({ ...ours, workspace: clean, env: { ...env, SCHEMALINT_TEST_RELEASES: url } });
    same(run.code, 2, `releases at ${url}`);
    says(run.log, "for tests on this machine");
  }

  scenario = "input that is code";
  const codes = [
    "$(touch pwned)", "`touch pwned`", "x; touch pwned", `x" && touch pwned "`, "x' && touch pwned '", "x\ntouch pwned", "<(touch pwned)", "a[$(touch pwned)]",
    "> pwned", "-x", "--", "-", "*", "~", "\\", "x\n::set-output name=pwned::1", "%0A::error::x", "\r::error::x", "x\u001b]0;x\u0007", "${{ github.token }}",
  ];
  const hostile = checkout("hostile", `note: integer("note"),`, error);
  const before = readdirSync(hostile);
  await inParallel(4, Object.keys(action.inputs).flatMap((name) => codes.map((code) => [name, code])), async ([name, code]) => {
    // What `sarif-file` names is written, whatever the name: in a folder of its own.
    const workspace = name === "sarif-file" ? mkdtempSync(path.join(work, "sarif-")) : hostile;
    if (workspace !== hostile) cpSync(hostile, workspace, { recursive: true });
    const installed = name === "version" ? undefined : binary;
    const { code: exit, log } = await runner.uses({ ...ours, workspace, installed, env, inputs: { [name]: code } });
    const at = `${name} = ${JSON.stringify(code)}`;
    if (name !== "sarif-file") {
      same([exit, readdirSync(workspace)], [2, before], `${at}: exit code and folder`);
      expect(/^::error title=schemalint::./m.test(log), `${at}: no error: ${log}`);
    }
    expect(!existsSync(path.join(workspace, "pwned")), `${at}: executed`);
    // Outside of what was stopped, every command is the action's own, on one line, and nothing moves the cursor.
    const open = log.replaceAll(/^::stop-commands::(.*)\n[^]*?^::\1::$/gm, "");
    for (const line of open.split(/[\r\n]+/).filter((line) => line.startsWith("::"))) {
      expect(line.startsWith("::error title=schemalint::"), `${at}: a command: ${line}`);
    }
    expect(!open.includes("\u001b"), `${at}: an escape sequence`);
  });
  same(readdirSync(work).filter((name) => name.startsWith("pwned")), [], "what must not run");
} finally {
  server.close();
  if (!process.env.KEEP) rmSync(work, { recursive: true, force: true });
}
if (failures.length > 0) {
  console.error([...new Set(failures)].join("\n"));
  process.exit(1);
}
console.log(`action: ${asserted} checks hold`);
