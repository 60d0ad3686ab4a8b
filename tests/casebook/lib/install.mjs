// node_modules of each line: a repository inside of the line's folder imports `drizzle-orm` and finds that line's.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { versions } from './case.mjs';

const PACKAGES = fileURLToPath(new URL('../../truth/node_modules/', import.meta.url));
const INSTALLED = {
  '0.31': { 'drizzle-kit': 'drizzle-kit-0.31', 'drizzle-orm': 'drizzle-orm-0.45' },
  '1.0': { 'drizzle-kit': 'drizzle-kit-1.0', 'drizzle-orm': 'drizzle-orm-1.0' },
};

/** The two packages as hard links, for they must find each other and not their neighbours; everything else as it is. */
export function install(folder) {
  for (const [line, packages] of Object.entries(INSTALLED)) {
    const target = path.join(folder, line, 'node_modules');
    fs.mkdirSync(target, { recursive: true });
    for (const [name, alias] of Object.entries(packages)) {
      const { version } = JSON.parse(fs.readFileSync(path.join(PACKAGES, alias, 'package.json'), 'utf8'));
      if (version !== versions(line)[name]) throw new Error(`template/${line}/package.json asks for ${name} ${versions(line)[name]}, ../truth has ${version}`);
      link(path.join(PACKAGES, alias), path.join(target, name));
    }
    for (const name of fs.readdirSync(PACKAGES))
      if (!name.startsWith('drizzle-') && !name.startsWith('.')) fs.symlinkSync(path.join(PACKAGES, name), path.join(target, name));
  }
}

function link(from, to) {
  fs.mkdirSync(to, { recursive: true });
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) link(source, target);
    else if (entry.isSymbolicLink()) fs.symlinkSync(fs.readlinkSync(source), target);
    else if (!/\.d\.[cm]?ts$|\.map$/.test(entry.name)) linkFile(source, target);
  }
}

function linkFile(source, target) {
  try {
    fs.linkSync(source, target);
  } catch {
    fs.copyFileSync(source, target); // another file system
  }
}
