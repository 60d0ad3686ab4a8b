// Makes the packages to publish from a release's archives:
//
//     node npm/assemble.mjs RELEASE_FOLDER OUT_FOLDER
//
// Version, licence and repository are Cargo.toml's. An archive that is missing or has another checksum is an error.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, "..");
const [release, out] = process.argv.slice(2).map((folder) => path.resolve(folder));
if (out === undefined) throw new Error("usage: node npm/assemble.mjs RELEASE_FOLDER OUT_FOLDER");
if (existsSync(out)) throw new Error(`${out} exists: packages are made in a new folder`);

const platforms = JSON.parse(readFileSync(path.join(here, "platforms.json"), "utf8"));
const wrapper = JSON.parse(readFileSync(path.join(here, "drizzle-schemalint/package.json"), "utf8"));
const cargo = readFileSync(path.join(root, "Cargo.toml"), "utf8");
const manifest = (key) => new RegExp(`^${key} = "(.*)"$`, "m").exec(cargo)[1];

const common = {
  version: manifest("version"),
  description: manifest("description"),
  license: `(${manifest("license")})`,
  homepage: `${manifest("repository")}#readme`,
  bugs: `${manifest("repository")}/issues`,
  repository: { type: "git", url: `git+${manifest("repository")}.git`, directory: "npm" },
  publishConfig: { access: "public" },
};

/** Writes a package.json and the licences, which npm takes along only when they are listed. */
function finish(folder, contents) {
  const licences = ["LICENSE-MIT", "LICENSE-APACHE"];
  writeFileSync(path.join(folder, "package.json"), `${JSON.stringify({ ...contents, files: [...contents.files, ...licences] }, null, 2)}\n`);
  for (const file of licences) copyFileSync(path.join(root, file), path.join(folder, file));
}

function platformPackage({ name, target, os, cpu, libc }) {
  const archive = path.join(release, `schemalint-${target}.tar.gz`);
  const [expected] = readFileSync(`${archive}.sha256`, "utf8").split(/\s/);
  const actual = createHash("sha256").update(readFileSync(archive)).digest("hex");
  if (actual !== expected) throw new Error(`${archive} has the checksum ${actual}, not ${expected}`);
  const folder = path.join(out, name);
  const executable = os === "win32" ? "schemalint.exe" : "schemalint";
  mkdirSync(folder, { recursive: true });
  execFileSync("tar", ["-xzf", archive, "-C", folder, executable]);
  chmodSync(path.join(folder, executable), 0o755);
  const whole = `@${wrapper.name}/${name}`;
  writeFileSync(path.join(folder, "README.md"), `# ${whole}\n\nThe program of [${wrapper.name}](https://www.npmjs.com/package/${wrapper.name}) for ${target}.\n`);
  finish(folder, {
    name: whole,
    ...common,
    os: [os],
    cpu: [cpu],
    ...(libc && { libc: [libc] }),
    files: [executable],
    // A program inside of a zip file cannot be run: for Yarn's Plug'n'Play.
    preferUnplugged: true,
  });
  return whole;
}

const names = platforms.map(platformPackage);
const folder = path.join(out, wrapper.name);
cpSync(path.join(here, wrapper.name), folder, { recursive: true });
copyFileSync(path.join(root, "schema.json"), path.join(folder, "schema.json"));
// What keeps the folder here from being published.
delete wrapper.private;
finish(folder, { ...wrapper, ...common, optionalDependencies: Object.fromEntries(names.map((each) => [each, common.version])) });
console.log(`${names.length + 1} packages of ${common.version} in ${out}`);
