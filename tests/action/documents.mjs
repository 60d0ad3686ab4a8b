// The examples of the documents: what they name, and the files among them.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { manifest, root } from "./release.mjs";

/** The code blocks of a document. */
export function blocks(file) {
  const text = readFileSync(path.join(root, file), "utf8");
  return [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(([, language, code]) => ({ language, code }));
}

/** Where a document or a hook names the repository or a release otherwise than Cargo.toml, the one place for both. */
export function misnamed(files) {
  const repository = manifest("repository").replace("https://github.com/", "");
  const version = manifest("version");
  const wrong = [];
  for (const file of files) {
    const text = readFileSync(path.join(root, file), "utf8");
    const expect = (pattern, expected) => {
      for (const [whole, found] of text.matchAll(pattern)) if (found !== expected) wrong.push(`${file}: \`${whole}\` should name ${expected}`);
    };
    expect(/uses: (\S+\/schemalint)@/g, repository);
    expect(/github\.com\/([\w-]+\/schemalint)\b/g, repository);
    expect(/githubusercontent\.com\/([\w-]+\/schemalint)\b/g, repository);
    expect(/--repo (\S+\/schemalint)\b/g, repository);
    expect(/drizzle-schemalint@(\d[\w.-]*)/g, version);
    expect(/(?:schemalint@|rev: |download\/)v(\d+\.\d+[\w.-]*)/g, version);
  }
  return wrong;
}

// node documents.mjs FOLDER: writes the files of docs/ci.md there, for linters.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2];
  for (const { language, code } of blocks("docs/ci.md")) {
    const name = /^# (\.\S+\.yml|\.\S+\.yaml)\n/.exec(code)?.[1];
    if (language === "yaml" && name === undefined) throw new Error(`a YAML block of docs/ci.md has no name:\n${code}`);
    if (name === undefined) continue;
    mkdirSync(path.join(folder, path.dirname(name)), { recursive: true });
    writeFileSync(path.join(folder, name), code);
  }
  const wrong = misnamed(["README.md", "docs/ci.md", "docs/configuration.md", ".pre-commit-hooks.yaml", "npm/drizzle-schemalint/README.md"]);
  if (wrong.length > 0) {
    console.error(wrong.join("\n"));
    process.exit(1);
  }
}
