"use strict";

// Finds the program: it is in a package of its own for every kind of machine, an optional dependency of this one.

const { name, version, repository, optionalDependencies = {} } = require("./package.json");

/** The C library of this process: "glibc", "musl", or undefined where that cannot be known. */
function libc() {
  const { report } = process;
  if (!report) return undefined;
  // Otherwise the report asks the network for the names of open connections.
  report.excludeNetwork = true;
  const { header, sharedObjects = [] } = report.getReport();
  if (header?.glibcVersionRuntime) return "glibc";
  return sharedObjects.some((file) => /(?:^|\/)(?:ld-musl-|libc\.musl-)/.test(file)) ? "musl" : undefined;
}

/** The kinds of machine whose program runs here, the best first. */
function kinds() {
  const { platform, arch } = process;
  if (platform !== "linux") return [`${platform}-${arch}`];
  // The program for musl is static: it runs beside any C library.
  const musl = `linux-${arch}-musl`;
  return libc() === "musl" ? [musl] : [`linux-${arch}-gnu`, musl];
}

function binaryPath() {
  if (process.env.SCHEMALINT_BINARY) return process.env.SCHEMALINT_BINARY;
  const file = process.platform === "win32" ? "schemalint.exe" : "schemalint";
  const packages = kinds().map((kind) => `@${name}/${kind}`);
  for (const each of packages) {
    try {
      return require.resolve(`${each}/${file}`);
    } catch {
      // Not installed.
    }
  }
  throw new Error(missing(packages.filter((each) => each in optionalDependencies)));
}

function missing(packages) {
  const machine = `${process.platform}-${process.arch}`;
  if (packages.length === 0) {
    const known = Object.keys(optionalDependencies).map((each) => each.replace(`@${name}/`, ""));
    return (
      `there is no program of schemalint for ${machine}, only for ${known.join(", ")}\n` +
      `  Build it with \`cargo install --locked --git ${repository.url.replace(/^git\+|\.git$/g, "")} --tag v${version}\` ` +
      `and name it in the environment variable SCHEMALINT_BINARY.`
    );
  }
  return (
    `${packages[0]} is not installed; it holds the program of schemalint for ${machine}\n` +
    `  It is an optional dependency of ${name}. Optional dependencies are missing\n` +
    `  - after an installation with --omit=optional, --no-optional or --ignore-optional: install without\n` +
    `  - where node_modules or the lock file come from another kind of machine: remove both and install again`
  );
}

module.exports = { binaryPath };
