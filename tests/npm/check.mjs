// Installs the packages with several package managers from a registry on this machine, and uses them: README.md says what is
// proved.
//
//     SCHEMALINT=target/debug/schemalint node tests/npm/check.mjs
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { root, script } from "../action/release.mjs";
import { documents } from "./documents.mjs";
import { lintStaged, preCommit } from "./hooks.mjs";
import { here, platforms, registry, release, settings, version } from "./registry.mjs";

const work = mkdtempSync(path.join(tmpdir(), "schemalint-npm-"));
const tools = path.join(path.dirname(fileURLToPath(import.meta.url)), "node_modules");
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

/** A fresh folder with a schema whose foreign key has no index. */
function project(name, more = {}) {
  const folder = path.join(work, name);
  mkdirSync(folder, { recursive: true });
  execFileSync("git", ["init", "--quiet", folder]);
  const contents = { name: "user", version: "1.0.0", private: true, ...more };
  writeFileSync(path.join(folder, "package.json"), `${JSON.stringify(contents, null, 2)}\n`);
  writeFileSync(path.join(folder, ".gitignore"), "node_modules\n");
  writeFileSync(
    path.join(folder, "schema.ts"),
    `import { integer, pgTable } from "drizzle-orm/pg-core";\n` +
      `export const users = pgTable("users", { id: integer("id").primaryKey() });\n` +
      `export const orders = pgTable("orders", {\n  id: integer("id").primaryKey(),\n` +
      `  userId: integer("user_id").references(() => users.id, { onDelete: "cascade" }),\n});\n`,
  );
  return folder;
}

/** Runs a program to its end; meanwhile the registry answers. */
function run(command, args, { cwd, env = {}, input = "" }) {
  return new Promise((done, failed) => {
    const child = spawn(command, args, { cwd, env: { ...base, ...env }, timeout: 60_000 });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (data) => (stdout += data));
    child.stderr.on("data", (data) => (stderr += data));
    child.stdin.on("error", () => {}); // it need not read
    child.stdin.end(input);
    child.on("error", failed);
    child.on("close", (status, signal) => done({ status, signal, stdout, stderr }));
  });
}

const bin = (folder) => path.join(folder, "node_modules/.bin/schemalint");
const installed = (folder) => (existsSync(path.join(folder, "node_modules/@drizzle-schemalint")) ? readdirSync(path.join(folder, "node_modules/@drizzle-schemalint")) : []);
const error = ["--rule", "unindexed-foreign-key=error"];

let base;
let server;
try {
  scenario = "assemble";
  const archives = path.join(work, "release");
  const binary = release(archives, work);
  const out = path.join(work, "packages");
  const assemble = (from, to) => spawnSync("node", [path.join(root, "npm/assemble.mjs"), from, to], { encoding: "utf8" });
  same(assemble(archives, out).status, 0, "exit code");
  server = await registry(out, work);
  base = settings(work, server.url);
  const { packed, manifests } = server;
  const names = platforms.map(({ name }) => `@drizzle-schemalint/${name}`);
  same(manifests["drizzle-schemalint"].optionalDependencies, Object.fromEntries(names.map((name) => [name, version])), "optional dependencies");
  for (const { name, version: its, files } of packed) {
    same(its, version, `version of ${name}`);
    const held = files.map(({ path }) => path).sort();
    const program = name.includes("win32") ? "schemalint.exe" : "schemalint";
    const own = name === "drizzle-schemalint" ? ["bin/schemalint.js", "index.d.ts", "index.js", "schema.json"] : [program];
    same(held, ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "package.json", ...own].sort(), `files of ${name}`);
    expect(manifests[name].scripts === undefined, `${name} runs something at installation`);
    expect(manifests[name].private === undefined, `${name} is private`);
  }
  const damaged = path.join(work, "damaged");
  execFileSync("cp", ["-r", archives, damaged]);
  writeFileSync(path.join(damaged, "schemalint-x86_64-apple-darwin.tar.gz"), "x");
  const wrong = assemble(damaged, path.join(work, "never"));
  expect(wrong.status !== 0 && wrong.stderr.includes("has the checksum"), `a wrong checksum: ${wrong.stderr}`);
  rmSync(path.join(damaged, "schemalint-x86_64-apple-darwin.tar.gz"));
  expect(assemble(damaged, path.join(work, "never-either")).status !== 0, "a missing archive");

  const targets = (file, pattern) => [...readFileSync(path.join(root, file), "utf8").matchAll(pattern)].map(([, target]) => target).sort();
  same(targets(".github/workflows/release.yml", /target: ([\w-]+),/g), platforms.map(({ target }) => target).sort(), "what release.yml builds");
  for (const target of targets("action/install.sh", /target=([\w-]+) ;;/g)) expect(platforms.some((each) => each.target === target), `the action wants ${target}`);

  scenario = "npm";
  const npm = project("npm");
  const install = await run("npm", ["install", "--save-dev", "drizzle-schemalint"], { cwd: npm });
  same(install.status, 0, `install: ${install.stderr}`);
  same(installed(npm), [here.gnu], "platforms");
  const npx = (...args) => run("npx", ["schemalint", ...args], { cwd: npm });
  same((await npx("--version")).stdout, `schemalint ${version}\n`, "npx");
  same((await npx()).status, 0, "0, warnings only");
  same((await npx("check", ...error)).status, 1, "1, findings");
  same((await npx("--bogus")).status, 2, "2, wrong usage");
  mkdirSync(path.join(work, "empty/.git"), { recursive: true });
  same((await npx(path.join(work, "empty"))).status, 3, "3, no table");
  same((await run("npm", ["exec", "--yes", "--", "drizzle-schemalint", "--version"], { cwd: path.join(work, "empty") })).stdout, `schemalint ${version}\n`, "npx without an installation");
  const typed = await run(bin(npm), ["check", "-", "--stdin-filename", "schema.ts", "--format", "concise", ...error], { cwd: npm, input: "export const nothing = 1;\n" });
  same([typed.status, typed.stdout.includes("0 tables")], [3, true], `standard input: ${typed.stdout}${typed.stderr}`);
  const odd = ["graph", "a b", `"'$(touch pwned)\``, "*", ""];
  same((await run(bin(npm), odd, { cwd: npm, env: { SCHEMALINT_BINARY: script(path.join(work, "echo"), `#!/bin/sh\nprintf '%s|' "$@"\n`) } })).stdout, `${odd.join("|")}|`, "arguments");
  same(existsSync(path.join(npm, "pwned")), false, "arguments are no code");
  const resolve = async (code) => (await run("node", ["-e", code], { cwd: npm })).stdout.trim();
  expect(existsSync(await resolve(`console.log(require("drizzle-schemalint").binaryPath())`)), "binaryPath");
  expect(existsSync(await resolve(`import("drizzle-schemalint").then((m) => console.log(m.binaryPath()))`)), "binaryPath of an ES module");
  same(readFileSync(await resolve(`console.log(require.resolve("drizzle-schemalint/schema.json"))`)), readFileSync(path.join(root, "schema.json")), "schema.json");

  scenario = "signals";
  // Says that it is ready, then waits; ends as it is told to.
  const waits = script(path.join(work, "waits"), `#!/bin/bash\ntrap 'echo got $1; exit 7' "$1"\necho ready $$\nwhile :; do sleep 0.05; done\n`);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"]) {
    const { status, output } = await signalled(npm, [signal.slice(3)], { SCHEMALINT_BINARY: waits }, signal);
    same([status, output.includes(`got ${signal.slice(3)}`)], [7, true], `${signal} reaches the program: ${output}`);
    // The program itself, which handles no signal and waits for standard input.
    const died = await signalled(npm, ["check", "-", "--stdin-filename", "schema.ts"], {}, signal);
    same(died.signal, signal, `${signal} ends it`);
  }
  for (const signal of ["SIGKILL", "SIGSEGV", "SIGABRT"]) {
    const dies = script(path.join(work, `dies-${signal}`), `#!/bin/bash\nulimit -c 0\nkill -${signal.slice(3)} $$\n`);
    same((await run(bin(npm), [], { cwd: npm, env: { SCHEMALINT_BINARY: dies } })).signal, signal, `the program died of ${signal}`);
  }
  const nothing = await run(bin(npm), [], { cwd: npm, env: { SCHEMALINT_BINARY: path.join(work, "nothing") } });
  same([nothing.status, nothing.stderr.startsWith(`error: ${path.join(work, "nothing")} cannot be run: `)], [2, true], `no such program: ${nothing.stderr}`);

  scenario = "no program";
  const without = project("without");
  await run("npm", ["install", "--omit=optional", "drizzle-schemalint"], { cwd: without });
  const missing = await run(bin(without), [], { cwd: without });
  same([missing.status, missing.stdout], [2, ""], "exit code");
  for (const text of [`error: @drizzle-schemalint/${here.gnu} is not installed`, "--omit=optional", "another kind of machine"]) {
    expect(missing.stderr.includes(text), `${JSON.stringify(text)} is not in ${missing.stderr}`);
  }
  const pretend = (folder, name, code) => {
    const file = path.join(work, `${name}.cjs`);
    writeFileSync(file, code);
    return run("node", ["--require", file, bin(folder), "--version"], { cwd: folder });
  };
  const riscv = await pretend(npm, "riscv", `Object.defineProperty(process, "arch", { value: "riscv64" });`);
  same(riscv.status, 2, "an unknown machine");
  for (const text of ["no program of schemalint for linux-riscv64", here.musl, "win32-x64", `--tag v${version}`, "SCHEMALINT_BINARY"]) {
    expect(riscv.stderr.includes(text), `${JSON.stringify(text)} is not in ${riscv.stderr}`);
  }
  const header = (header, sharedObjects) => `process.report.getReport = () => (${JSON.stringify({ header, sharedObjects })});`;
  const alpine = header({}, ["/lib/ld-musl-x86_64.so.1"]);
  expect((await pretend(npm, "alpine", alpine)).stderr.includes(`@drizzle-schemalint/${here.musl} is not installed`), "musl without its package");
  // As a registry's client on Alpine would install it.
  const musl = project("musl");
  await run("npm", ["install", "--libc=musl", "drizzle-schemalint"], { cwd: musl });
  same(installed(musl), [here.musl], "platforms of musl");
  expect((await pretend(musl, "alpine", alpine)).stdout.includes("-unknown-linux-musl"), "musl");
  expect((await pretend(musl, "unknown", header({}, []))).stdout.includes("-unknown-linux-musl"), "a C library that is not known");
  same((await pretend(npm, "no-report", `Object.defineProperty(process, "report", { value: undefined });`)).stdout, `schemalint ${version}\n`, "no report");

  const managers = {
    pnpm: { install: [path.join(tools, ".bin/pnpm"), "add", "-D", "drizzle-schemalint"], run: [path.join(tools, ".bin/pnpm"), "exec", "schemalint"], env: { npm_config_store_dir: path.join(work, "pnpm-store") } },
    "yarn 1": { install: [path.join(tools, "yarn/bin/yarn.js"), "add", "-D", "drizzle-schemalint"], run: [path.join(tools, "yarn/bin/yarn.js"), "-s", "schemalint"], env: { YARN_REGISTRY: server.url, YARN_CACHE_FOLDER: path.join(work, "yarn-1") } },
    "yarn 4, Plug'n'Play": {
      install: [path.join(tools, "@yarnpkg/cli-dist/bin/yarn.js"), "add", "-D", "drizzle-schemalint"],
      run: [path.join(tools, "@yarnpkg/cli-dist/bin/yarn.js"), "schemalint"],
      env: { YARN_NPM_REGISTRY_SERVER: server.url, YARN_UNSAFE_HTTP_WHITELIST: "127.0.0.1", YARN_ENABLE_GLOBAL_CACHE: "false", YARN_ENABLE_TELEMETRY: "0", YARN_ENABLE_IMMUTABLE_INSTALLS: "false" },
    },
  };
  const others = Object.entries(managers).map(async ([name, manager]) => {
    const folder = project(name);
    const added = await run("node", manager.install, { cwd: folder, env: manager.env });
    same(added.status, 0, `${name}: install: ${added.stdout}${added.stderr}`);
    const found = await run("node", [...manager.run, "check", ...error, "--format", "concise"], { cwd: folder, env: manager.env });
    same([found.status, found.stdout.includes("unindexed-foreign-key")], [1, true], `${name}: ${found.stdout}${found.stderr}`);
  });
  scenario = "package managers, hooks and documents";
  const context = { expect, same, run, project, base, npm, work, tools, binary, archives };
  // Mostly they wait for each other's downloads and processes.
  await Promise.all([...others, lintStaged(context), preCommit(context), documents(context)]);
} finally {
  server?.close();
  if (!process.env.KEEP) rmSync(work, { recursive: true, force: true });
}
if (failures.length > 0) {
  console.error([...new Set(failures)].join("\n"));
  process.exit(1);
}
console.log(`npm: ${asserted} checks hold`);

/** Sends a signal to the wrapper once the program runs, and waits for its end. */
function signalled(folder, args, env, signal) {
  return new Promise((done) => {
    const child = spawn("node", [path.join(folder, "node_modules/drizzle-schemalint/bin/schemalint.js"), ...args], { cwd: folder, env: { ...base, ...env }, stdio: ["pipe", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (data) => (output += data));
    const ready = setInterval(() => {
      // The program is a child of the wrapper.
      const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").trim();
      if (children === "" || (env.SCHEMALINT_BINARY && !output.includes("ready"))) return;
      clearInterval(ready);
      child.program = Number(children.split(" ")[0]);
      child.kill(signal);
    }, 20);
    child.on("close", (status, killed) => {
      expect(!existsSync(`/proc/${child.program}`), `the program survives ${signal}`);
      done({ status, signal: killed, output });
    });
  });
}
