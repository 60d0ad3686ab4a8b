// The statements of `drizzle-kit export` for the schema files of a repository whose packages are not installed: files are
// bundled with esbuild, and a package that is missing is replaced by a stand-in that can be called and read in any way.
import path from 'node:path';
import { createRequire } from 'node:module';
import { enumsOf, generate } from './ddl.mjs';
import { requireFor } from '../../truth/lib/line.mjs';
import { workspaceResolver } from '../../truth/lib/resolve.mjs';

const esbuild = createRequire(new URL('../../truth/package.json', import.meta.url))('esbuild');
const STAND_IN = `const it = new Proxy(function () {}, {
  getPrototypeOf: () => it, // esbuild copies members and inherits the rest
  get: (_, key) => (key === Symbol.toPrimitive ? () => 'stand-in' : key === Symbol.iterator ? function* () {} : key === 'then' ? undefined : it),
  apply: () => it, construct: () => it,
});
module.exports = it;`;

/** Of one project of the graph. */
export async function exported(root, { schemaFiles: files, drizzle: line, casing }) {
  const { outputFiles } = await esbuild.build({
    stdin: { contents: files.map((file) => `export * from ${JSON.stringify(`./${file}`)};`).join('\n'), resolveDir: root, sourcefile: 'entry.js' },
    bundle: true, write: false, format: 'cjs', platform: 'node', target: 'node20', logLevel: 'silent', ignoreAnnotations: true,
    plugins: [drizzle, workspaceResolver(path.resolve(root)), standIn],
  });
  const require = requireFor(line);
  const module = { exports: {} };
  new Function('require', 'module', 'exports', outputFiles[0].text)(require, module, module.exports);
  const { is, Table } = require('drizzle-orm');
  const values = Object.values(module.exports);
  return generate({ line, require }, [...new Set([...values, ...enumsOf(values.filter((value) => is(value, Table)))])], casing ?? undefined);
}

const drizzle = {
  name: 'drizzle',
  setup: (build) => build.onResolve({ filter: /^drizzle-(orm|kit)(\/|$)/ }, ({ path: id }) => ({ path: id, external: true })),
};

const standIn = {
  name: 'stand-in',
  setup(build) {
    build.onResolve({ filter: /.*/ }, async ({ path: id, importer, resolveDir, kind, pluginData }) => {
      if (pluginData === 'asked' || kind === 'entry-point') return undefined;
      const { path: file, errors, external } = await build.resolve(id, { importer, resolveDir, kind, pluginData: 'asked' });
      return errors.length > 0 ? { path: id, namespace: 'stand-in' } : { path: file, external };
    });
    build.onLoad({ filter: /.*/, namespace: 'stand-in' }, () => ({ contents: STAND_IN, loader: 'js' }));
  },
};
