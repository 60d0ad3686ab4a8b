// lint-staged as docs/ci.md sets it up, and pre-commit with the hooks of this checkout.
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { blocks } from "../action/documents.mjs";
import { root, script } from "../action/release.mjs";

const AUTHOR = { GIT_AUTHOR_NAME: "a", GIT_AUTHOR_EMAIL: "a@b", GIT_COMMITTER_NAME: "a", GIT_COMMITTER_EMAIL: "a@b" };

/** A repository with a commit, in which an index that is missing is an error. */
function committed({ project, base }, name) {
  const folder = project(name);
  const git = (...args) => execFileSync("git", args, { cwd: folder, env: { ...base, ...AUTHOR } });
  writeFileSync(path.join(folder, "schemalint.json"), `{ "rules": { "unindexed-foreign-key": "error" } }`);
  git("add", ".");
  git("commit", "--quiet", "--message", "first");
  return {
    folder,
    git,
    /** Changes a file and stages it, nothing else. */
    stage(file, text) {
      git("reset", "--quiet", "--hard");
      writeFileSync(path.join(folder, file), text);
      git("add", file);
    },
  };
}

/** lint-staged with the configs of docs/ci.md. */
export async function lintStaged(context) {
  const { same, run, npm, tools } = context;
  const { folder, git, stage } = committed(context, "lint-staged");
  cpSync(path.join(npm, "node_modules"), path.join(folder, "node_modules"), { recursive: true, verbatimSymlinks: true });
  const documented = blocks("docs/ci.md");
  const whole = documented.find(({ language }) => language === "js").code;
  const named = JSON.parse(documented.find(({ code }) => code.includes(`"lint-staged"`)).code);
  const staged = async (file, text) => {
    stage(file, text);
    const { status, stdout, stderr } = await run("node", [path.join(tools, "lint-staged/bin/lint-staged.js")], { cwd: folder, env: AUTHOR });
    return [status, /unindexed-foreign-key/.test(stdout + stderr)];
  };
  const schema = `${readFileSync(path.join(folder, "schema.ts"), "utf8")}// changed\n`;

  writeFileSync(path.join(folder, "lint-staged.config.mjs"), whole);
  git("add", ".");
  git("commit", "--quiet", "--message", "the whole repository");
  same(await staged("schema.ts", schema), [1, true], "lint-staged: the schema");
  same(await staged("notes.md", "# Notes\n"), [1, true], "lint-staged: another file");
  same(await staged("notes.txt", "Notes\n"), [0, false], "lint-staged: a file that is of no interest");

  git("rm", "--quiet", "-r", "lint-staged.config.mjs");
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ ...JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")), ...named }));
  git("add", ".");
  git("commit", "--quiet", "--message", "the staged files");
  same(await staged("schema.ts", schema), [1, true], "lint-staged, names: the schema");
  same(await staged("other.ts", "export const a = 1;\n"), [0, false], "lint-staged, names: another script");
}

/** The hooks of this checkout, as committed. */
export async function preCommit(context) {
  const { same, run, work, binary, base } = context;
  const { folder, git, stage } = committed(context, "pre-commit");
  const tool = process.env.PRE_COMMIT ?? "pre-commit";
  const cargo = path.join(work, "cargo-bin");
  // A cargo that builds at once.
  script(
    path.join(cargo, "cargo"),
    `#!/bin/bash\nwhile [ "$#" -gt 0 ]; do if [ "$1" = --root ]; then root="$2"; fi; shift; done\nmkdir -p "$root/bin"\ncp '${binary}' "$root/bin/schemalint"\n`,
  );
  const env = { ...AUTHOR, PRE_COMMIT_HOME: path.join(work, "pre-commit-home"), PATH: `${cargo}:${base.PATH}` };
  const tried = await run(tool, ["try-repo", root, "schemalint", "--all-files"], { cwd: folder, env });
  same([tried.status, tried.stdout.includes("unindexed-foreign-key")], [1, true], `try-repo: ${tried.stdout}${tried.stderr}`);

  // The rest does not depend on where the program comes from, and cargo's is here at once.
  const revision = execFileSync("git", ["rev-parse", "HEAD"], { cwd: root, encoding: "utf8" }).trim();
  const configure = (args) => {
    git("reset", "--quiet", "--hard");
    // JSON is YAML.
    const config = { repos: [{ repo: root, rev: revision, hooks: [{ id: "schemalint-from-source", args }] }] };
    writeFileSync(path.join(folder, ".pre-commit-config.yaml"), JSON.stringify(config));
    git("add", ".");
    git("commit", "--quiet", "--message", "hooks");
  };
  const staged = async (file, text, ...args) => {
    stage(file, text);
    const { status, stdout } = await run(tool, ["run", ...args], { cwd: folder, env });
    return [status, /(Passed|Failed|Skipped)\n/.exec(stdout)?.[1] ?? stdout];
  };
  configure([]);
  same(await staged("notes.md", "# Notes\n"), [1, "Failed"], "pre-commit: another file");
  same(await staged("notes.txt", "Notes\n"), [0, "Skipped"], "pre-commit: a file that is of no interest");
  same(await staged("notes.txt", "Notes\n", "--all-files"), [1, "Failed"], "pre-commit: all files");
  same(await staged("schemalint.json", `{ "rules": { "unindexed-foreign-key": "off" } }`), [0, "Passed"], "pre-commit: a config that allows it");
  configure(["--changed"]);
  same(await staged("notes.md", "# Notes\n"), [0, "Passed"], "pre-commit --changed: another file");
  const schema = readFileSync(path.join(folder, "schema.ts"), "utf8");
  same(await staged("schema.ts", `${schema}// changed\n`), [1, "Failed"], "pre-commit --changed: the schema");
}
