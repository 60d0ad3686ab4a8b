// Releases for tests: packed by the script that packs the real ones, served on this machine.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** This repository. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** The program to test: a debug build will do. */
export const program = path.resolve(process.env.SCHEMALINT ?? path.join(root, "target/debug/schemalint"));

/** A key of Cargo.toml's [package]. */
export function manifest(key) {
  return new RegExp(`^${key} = "(.*)"$`, "m").exec(readFileSync(path.join(root, "Cargo.toml"), "utf8"))[1];
}

/** The machine in the words of Rust's targets. */
export const machine = { x64: "x86_64", arm64: "aarch64" }[process.arch];

/** A copy of the program without what only debuggers read: it is packed many times. */
export function stripped(folder) {
  const copy = path.join(folder, "schemalint");
  copyFileSync(program, copy);
  try {
    execFileSync("strip", [copy]);
  } catch {
    // Larger, but the same.
  }
  return copy;
}

/** Packs a binary for a target. */
export function pack(target, binary, folder) {
  execFileSync(path.join(root, "release/pack.sh"), [target, binary, folder], { stdio: ["ignore", "ignore", "inherit"] });
}

/** An executable script. */
export function script(file, text) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text, { mode: 0o755 });
  return file;
}

/** Serves a folder; `asked` holds what was asked for, with the answers. */
export async function serve(folder, answer = () => undefined) {
  const asked = [];
  const server = createServer((request, response) => {
    const name = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    const file = path.join(folder, path.normalize(name));
    const made = answer(name);
    const status = made?.status ?? (made !== undefined || (existsSync(file) && !file.endsWith("/")) ? 200 : 404);
    asked.push(`${status} ${name}`);
    response.writeHead(status);
    response.end(status === 200 ? made?.body ?? readFileSync(file) : "");
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { asked, url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
