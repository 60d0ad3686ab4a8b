// The packages as they would be published, in a registry on this machine.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { machine, manifest, pack, root, script, serve, stripped } from "../action/release.mjs";

export const version = manifest("version");
export const platforms = JSON.parse(readFileSync(path.join(root, "npm/platforms.json"), "utf8"));
/** What this machine is called: the kinds whose program is the one that is tested. */
export const here = { gnu: `linux-${process.arch}-gnu`, musl: `linux-${process.arch}-musl` };

/** The archives of a release: the real program for this machine with glibc, for others a script that says where it is from. */
export function release(folder, work) {
  const binary = stripped(work);
  for (const { name, target } of platforms) {
    const stub = script(path.join(work, "stub", name), `#!/bin/sh\necho "the program for ${target}"\n`);
    pack(target, name === here.gnu ? binary : stub, folder);
  }
  return binary;
}

/** Runs npm where it reads no settings of this machine. */
export function settings(work, url) {
  const home = path.join(work, "home");
  mkdirSync(home, { recursive: true });
  return {
    PATH: process.env.PATH,
    HOME: home,
    CI: "true",
    npm_config_registry: url,
    npm_config_cache: path.join(work, "npm-cache"),
    npm_config_globalconfig: path.join(home, "npmrc"),
    npm_config_update_notifier: "false",
    npm_config_audit: "false",
    npm_config_fund: "false",
  };
}

/** Packs what assemble.mjs made, and serves it as registries do. */
export async function registry(out, work) {
  const tarballs = path.join(work, "tarballs");
  mkdirSync(tarballs);
  const folders = readdirSync(out).map((name) => path.join(out, name));
  const packed = JSON.parse(execFileSync("npm", ["pack", "--json", "--pack-destination", tarballs, ...folders], { env: settings(work, "http://127.0.0.1:1"), encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
  const manifests = Object.fromEntries(folders.map((folder) => {
    const contents = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
    return [contents.name, contents];
  }));
  let url = "";
  const server = await serve(tarballs, (asked) => {
    const found = packed.find(({ name }) => asked === `/${name}`);
    if (found === undefined) return undefined;
    const { name, filename, integrity, shasum } = found;
    const dist = { tarball: `${url}/${filename}`, integrity, shasum };
    return {
      body: JSON.stringify({
        name,
        "dist-tags": { latest: version },
        time: { created: "2020-01-01T00:00:00.000Z", modified: "2020-01-01T00:00:00.000Z", [version]: "2020-01-01T00:00:00.000Z" },
        versions: { [version]: { ...manifests[name], _id: `${name}@${version}`, dist } },
      }),
    };
  });
  url = server.url;
  return { ...server, packed, manifests };
}
