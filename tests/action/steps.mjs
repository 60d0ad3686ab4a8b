// Writes the shell code of actions and workflows into files, for shellcheck: node steps.mjs FOLDER FILE...
// An expression in shell code is an error: GitHub would paste text of others into it.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";

const [folder, ...files] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
for (const file of files) {
  const contents = parse(readFileSync(file, "utf8"));
  const jobs = Object.entries(contents.jobs ?? { action: contents.runs });
  for (const [job, { steps = [] }] of jobs) {
    for (const [index, { run }] of steps.entries()) {
      if (run === undefined) continue;
      if (run.includes("${{")) throw new Error(`${file}, ${job}: an expression in shell code: ${run}`);
      writeFileSync(path.join(folder, `${path.basename(file, ".yml")}-${job}-${index}.sh`), `#!/usr/bin/env bash\nset -eo pipefail\n${run}\n`);
    }
  }
}
