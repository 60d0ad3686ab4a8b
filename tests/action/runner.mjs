// As much of GitHub's runner as action.yml needs: inputs with their defaults, the expressions that only name something,
// files for outputs and the summary, `shell: bash`.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { root } from "./release.mjs";

export const action = parse(readFileSync(path.join(root, "action.yml"), "utf8"));

/** What an expression names; the action may use no others. */
function value(expression, { inputs, github, steps }) {
  const [of, name, ...rest] = expression.trim().split(".");
  if (of === "inputs") return inputs[name];
  if (of === "github") return github[name] ?? "";
  if (of === "steps" && rest.length === 2 && rest[0] === "outputs") return steps[name]?.[rest[1]] ?? "";
  throw new Error(`an expression of unknown meaning: ${expression}`);
}

const filled = (text, context) => String(text).replaceAll(/\$\{\{(.*?)\}\}/g, (_, expression) => value(expression, context));

/** `name=value` lines. What else stands there is a defect of the action. */
function outputs(file) {
  const lines = readFileSync(file, "utf8").split("\n").filter((line) => line !== "");
  return Object.fromEntries(lines.map((line) => /^([a-z]+)=(.*)$/.exec(line).slice(1)));
}

function bash(text, cwd, env) {
  const file = path.join(env.RUNNER_TEMP, "step.sh");
  writeFileSync(file, text);
  return new Promise((done) => {
    const child = spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", file], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let log = "";
    child.stdout.on("data", (data) => (log += data));
    child.stderr.on("data", (data) => (log += data));
    child.on("close", (code) => done({ code, log }));
  });
}

/** A machine: its tool cache outlives a job. */
export function machine(folder) {
  const cache = mkdtempSync(path.join(folder, "cache-"));
  return {
    cache,
    /** A step of a job that uses the action; `installed` spares the first of its steps. */
    async uses({ workspace, inputs = {}, repository = "", ref = "", env = {}, installed }) {
      const temp = mkdtempSync(path.join(folder, "temp-"));
      const home = path.join(temp, "home");
      mkdirSync(home);
      const unknown = Object.keys(inputs).filter((name) => !(name in action.inputs));
      if (unknown.length > 0) throw new Error(`no inputs of the action: ${unknown}`);
      const context = {
        inputs: { ...Object.fromEntries(Object.entries(action.inputs).map(([name, { default: text }]) => [name, text ?? ""])), ...inputs },
        github: { action_repository: repository, action_ref: ref },
        steps: {},
      };
      const summary = path.join(temp, "summary.md");
      writeFileSync(summary, "");
      let log = "";
      let code = 0;
      for (const step of action.runs.steps) {
        const output = path.join(temp, `${step.id}.output`);
        writeFileSync(output, "");
        if (installed !== undefined && step.id === "install") {
          context.steps.install = { binary: installed };
          continue;
        }
        const own = Object.fromEntries(Object.entries(step.env).map(([name, text]) => [name, filled(text, context)]));
        const result = await bash(step.run, workspace, {
          PATH: process.env.PATH,
          HOME: home,
          GITHUB_ACTIONS: "true",
          GITHUB_ACTION_PATH: root,
          GITHUB_WORKSPACE: workspace,
          GITHUB_OUTPUT: output,
          GITHUB_STEP_SUMMARY: summary,
          GITHUB_SERVER_URL: "https://github.com",
          RUNNER_OS: "Linux",
          RUNNER_ARCH: process.arch.toUpperCase(),
          RUNNER_TEMP: temp,
          RUNNER_TOOL_CACHE: cache,
          ...env,
          ...own,
        });
        log += result.log;
        context.steps[step.id] = outputs(output);
        code = result.code;
        if (code !== 0) break;
      }
      const given = Object.entries(action.outputs).map(([name, { value: text }]) => [name, filled(text, context)]);
      return { code, log, outputs: Object.fromEntries(given), summary: readFileSync(summary, "utf8") };
    },
  };
}
