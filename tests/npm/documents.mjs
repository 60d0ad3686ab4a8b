// Runs what docs/ci.md tells people to run, with the packages of this registry.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { blocks } from "../action/documents.mjs";
import { serve } from "../action/release.mjs";

export async function documents({ expect, same, run, project, npm, archives }) {
  const written = blocks("docs/ci.md");
  const find = (language, needle) => {
    const found = written.filter(({ language: is, code }) => is === language && code.includes(needle));
    same(found.length, 1, `docs/ci.md: ${language} blocks with ${needle}`);
    return found[0].code;
  };
  const shell = (code, cwd) => run("bash", ["-euo", "pipefail", "-c", code], { cwd });

  const folder = project("documents");
  const { schemalint } = parse(find("yaml", "codequality"));
  const gitlab = await shell(schemalint.script.join("\n"), folder);
  same(gitlab.status, 0, `GitLab: ${gitlab.stderr}`);
  same(JSON.parse(readFileSync(path.join(folder, schemalint.artifacts.reports.codequality), "utf8")).length, 1, "GitLab's report");

  const plain = await shell(find("sh", "--format junit="), folder);
  same(plain.status, 0, `npx: ${plain.stderr}`);
  expect(readFileSync(path.join(folder, "schemalint.xml"), "utf8").includes("<testsuites"), "JUnit's report");

  const { scripts } = JSON.parse(find("json", `"scripts"`));
  writeFileSync(path.join(npm, "package.json"), JSON.stringify({ ...JSON.parse(readFileSync(path.join(npm, "package.json"), "utf8")), scripts }));
  same((await run("npm", ["run", "lint:schema"], { cwd: npm })).status, 1, "an npm script");

  const releases = await serve(archives);
  const code = find("sh", "sha256sum --check").replace(/^url=.*$/m, `url=${releases.url}`);
  const unpacked = await shell(code, folder);
  same([unpacked.status, unpacked.stdout.includes("the program for x86_64-unknown-linux-musl")], [0, true], `an archive: ${unpacked.stdout}${unpacked.stderr}`);
  releases.close();
}
