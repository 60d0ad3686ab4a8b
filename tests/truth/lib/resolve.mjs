// Resolves what esbuild cannot without an installed workspace: packages of the fixture by name (also a package
// importing itself), and `paths` that live in a referenced tsconfig. Everything else is esbuild's business.
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const SUFFIXES = ['', '.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs', '/index.ts', '/index.tsx', '/index.mts', '/index.js'];
const CONDITIONS = ['source', 'development', 'import', 'module', 'node', 'require', 'default', 'types'];

export const workspaceResolver = (root) => ({
  name: 'workspace',
  setup(build) {
    const packages = workspacePackages(root);
    build.onResolve({ filter: /^[^./]/ }, ({ path: id, resolveDir }) => {
      const file = packageFile(packages, id) ?? importsFile(root, id, resolveDir) ?? pathsFile(root, id, resolveDir);
      return file ? { path: file } : undefined;
    });
  },
});

/** name → {dir, manifest} of the root package and of every workspace. */
function workspacePackages(root) {
  const packages = new Map();
  const add = (dir) => {
    const manifest = readJson(path.join(dir, 'package.json'));
    if (manifest?.name) packages.set(manifest.name, { dir, manifest });
    return manifest;
  };
  const manifest = add(root);
  for (const glob of [...workspaceGlobs(manifest), ...pnpmGlobs(root)])
    for (const dir of expand(root, glob.replace(/\/$/, '').split('/'))) add(dir);
  return packages;
}

const workspaceGlobs = ({ workspaces }) => (Array.isArray(workspaces) ? workspaces : workspaces?.packages) ?? [];

function pnpmGlobs(root) {
  const file = path.join(root, 'pnpm-workspace.yaml');
  if (!fs.existsSync(file)) return [];
  return [...fs.readFileSync(file, 'utf8').matchAll(/^\s+-\s+["']?([^"'\s#]+)/gm)].map(([, glob]) => glob);
}

// Only `*` and `**` as whole segments: nothing else occurs in a workspace glob of a fixture.
function expand(dir, [segment, ...rest]) {
  if (segment === undefined) return [dir];
  if (!segment.includes('*')) return expand(path.join(dir, segment), rest);
  const below = fs.existsSync(dir) ? fs.readdirSync(dir, { withFileTypes: true }).filter((e) => e.isDirectory() && e.name !== 'node_modules') : [];
  return below.flatMap(({ name }) => expand(path.join(dir, name), segment === '**' ? [segment, ...rest] : rest))
    .concat(segment === '**' ? expand(dir, rest) : []);
}

function packageFile(packages, id) {
  const [, name, subpath] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(id) ?? [];
  const found = packages.get(name);
  if (!found) return undefined;
  const { dir, manifest } = found;
  const key = '.' + (subpath ?? '');
  const targets = [
    ...mapTargets(exportMap(manifest.exports), key),
    ...(subpath ? [key] : [manifest.source, manifest.module, manifest.main, './src/index', './index']),
  ];
  return firstFile(dir, targets);
}

/** `imports` ("#db/*") of the nearest package.json. */
function importsFile(root, id, from) {
  const manifest = id.startsWith('#') && nearest(root, from, 'package.json');
  return manifest ? firstFile(path.dirname(manifest), mapTargets(readJson(manifest).imports ?? {}, id)) : undefined;
}

const exportMap = (exports) =>
  exports === undefined ? {} : typeof exports === 'string' || !Object.keys(exports)[0]?.startsWith('.') ? { '.': exports } : exports;

function mapTargets(map, key) {
  if (key in map) return conditionTargets(map[key]);
  return Object.entries(map).flatMap(([pattern, value]) => {
    const star = matchStar(pattern, key);
    return star === null ? [] : conditionTargets(value).map((target) => target.replaceAll('*', star));
  });
}

function conditionTargets(value) {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(conditionTargets);
  return CONDITIONS.flatMap((condition) => (value?.[condition] ? conditionTargets(value[condition]) : []));
}

// A fixture holds no build output, so `dist/x.js` stands for the source it would be built from.
function firstFile(dir, targets) {
  for (const target of targets.filter(Boolean))
    for (const candidate of [target, target.replace(/(^|\/)dist\//, '$1src/'), target.replace(/(^|\/)dist\/src\//, '$1src/')]) {
      const bare = candidate.replace(/(\.d)?\.[mc]?[jt]s$/, '');
      const file = [candidate, bare].flatMap((base) => SUFFIXES.map((suffix) => path.join(dir, base + suffix))).find(isFile);
      if (file) return file;
    }
  return undefined;
}

/** `compilerOptions.paths` of the tsconfigs that the nearest tsconfig.json refers to. */
function pathsFile(root, id, from) {
  const config = nearest(root, from, 'tsconfig.json');
  if (!config) return undefined;
  for (const { path: reference } of parseConfig(config).projectReferences ?? []) {
    const file = fs.existsSync(reference) && fs.statSync(reference).isDirectory() ? path.join(reference, 'tsconfig.json') : reference;
    const { paths = {}, baseUrl, pathsBasePath } = parseConfig(file).options;
    const target = firstFile(baseUrl ?? pathsBasePath ?? path.dirname(file), mapTargets(paths, id));
    if (target) return target;
  }
  return undefined;
}

const parseConfig = (file) => ts.parseJsonConfigFileContent(ts.readConfigFile(file, ts.sys.readFile).config, ts.sys, path.dirname(file), undefined, file);

function matchStar(pattern, text) {
  const [head, tail] = pattern.split('*');
  if (tail === undefined || !text.startsWith(head) || !text.endsWith(tail) || text.length < head.length + tail.length) return null;
  return text.slice(head.length, text.length - tail.length);
}

function nearest(root, from, name) {
  for (let dir = from; dir.startsWith(root); dir = path.dirname(dir)) if (isFile(path.join(dir, name))) return path.join(dir, name);
  return undefined;
}

const isFile = (file) => fs.existsSync(file) && fs.statSync(file).isFile();
const readJson = (file) => (isFile(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : undefined);
