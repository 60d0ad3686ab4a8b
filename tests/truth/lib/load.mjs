// Loads a fixture: one esbuild bundle of all its source files, evaluated in this process.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { aloneStatements, topLevelBindings } from './bindings.mjs';
import { lineOf, requireFor } from './line.mjs';
import { workspaceResolver } from './resolve.mjs';

const SOURCE = /\.([mc]?[jt]s|[jt]sx)$/;
const NOT_LOADED = /\.(test\.\w+|d\.[mc]?ts)$/;
const CONFIG = /(^|\/)drizzle\.config\.[mc]?[jt]s$/;
const HELPERS = fileURLToPath(new URL('../node_modules', import.meta.url));

/**
 * { root, line, require, modules, configs, thrown }; modules come in evaluation order, so a file that declares a
 * table precedes one that passes it on: [{ file, bindings: [[name, value]], exports: {name: value} }].
 * `thrown` is what constants threw that are evaluated alone: [{ file, exportName, error }].
 */
export async function loadFixture(root) {
  const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  const line = lineOf(manifest);
  const require = requireFor(line);
  const skip = new Set(manifest.truth?.skip);
  const files = sourceFiles(root).filter((file) => !NOT_LOADED.test(file) && !skip.has(file));

  const code = await bundle(root, files, new Set(manifest.truth?.alone));
  const handedOver = new Map();
  const thrown = [];
  let namespaces;
  const module = { exports: {} };
  const alone = (file, exportName, evaluate) => {
    try { return evaluate(); } catch (error) { thrown.push({ file, exportName, error: error.message }); }
  };
  new Function('require', 'module', 'exports', '__bindings', '__namespaces', '__alone', code)(
    require, module, module.exports,
    (file, readers) => handedOver.set(file, readers),
    (all) => { namespaces = all; },
    alone,
  );

  const modules = [...handedOver].filter(([file]) => !CONFIG.test(file))
    .map(([file, readers]) => ({ file, bindings: readAll(readers), exports: exportsOf(namespaces[file]) }));
  const configs = files.filter((file) => CONFIG.test(file)).map((file) => ({ file, config: namespaces[file].default }));
  return { root, line, require, modules, configs, thrown };
}

function sourceFiles(root) {
  const files = fs.readdirSync(root, { recursive: true }).map((file) => file.split(path.sep).join('/'));
  return files.filter((file) => SOURCE.test(file) && !file.includes('node_modules/')).sort();
}

// The entry imports every file; a hook appended to each file hands over its top-level bindings.
async function bundle(root, files, alone) {
  const entry = [
    ...files.map((file, i) => `import * as m${i} from ${JSON.stringify('./' + file)};`),
    `__namespaces({${files.map((file, i) => `${JSON.stringify(file)}: m${i}`)}});`,
  ].join('\n');
  const result = await esbuild.build({
    stdin: { contents: entry, resolveDir: root, sourcefile: 'entry.js' },
    bundle: true, write: false, format: 'cjs', platform: 'node', target: 'node20', charset: 'utf8', logLevel: 'silent',
    ignoreAnnotations: true, // `sideEffects: false` must not drop a file
    nodePaths: [HELPERS],
    plugins: [drizzleIsExternal, workspaceResolver(root), bindingsHook(root, alone)],
  });
  return result.outputFiles[0].text;
}

const drizzleIsExternal = {
  name: 'drizzle',
  setup: (build) => build.onResolve({ filter: /^drizzle-(orm|kit)(\/|$)/ }, ({ path: id }) => ({ path: id, external: true })),
};

const bindingsHook = (root, alone) => ({
  name: 'bindings',
  setup(build) {
    build.onLoad({ filter: SOURCE }, (args) => {
      const file = path.relative(root, args.path).split(path.sep).join('/');
      if (file.startsWith('..') || file.includes('node_modules/')) return undefined;
      const text = fs.readFileSync(args.path, 'utf8').replace(/^\uFEFF/, '');
      const readers = topLevelBindings(file, text).map((name) => `[${JSON.stringify(name)}, () => ${name}]`);
      const loader = path.extname(file).replace(/^\.[mc]?(\w)s(x?)$/, '$1s$2');
      const code = alone.has(file) ? aloneStatements(file, text) : text;
      return { contents: `${code}\n;__bindings(${JSON.stringify(file)}, [${readers}]);`, loader };
    });
  },
});

function readAll(readers) {
  return readers.flatMap(([name, read]) => {
    try { return [[name, read()]]; } catch { return []; } // never initialised
  });
}

// CommonJS arrives as `default` plus copies of its members; a file that sets `exports.x` exports x, not default.x.
function exportsOf(namespace) {
  const names = Object.keys(namespace);
  const commonJs = namespace.default && typeof namespace.default === 'object' && names.length > 1
    && names.every((name) => name === 'default' || name === '__esModule' || namespace.default[name] === namespace[name]);
  return Object.fromEntries(names.filter((name) => !(commonJs && name === 'default')).map((name) => [name, namespace[name]]));
}
