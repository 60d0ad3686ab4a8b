// Both lines of drizzle are installed side by side under aliases. Plain `drizzle-orm` and `drizzle-kit` mean the ones
// of the fixture's line; inside drizzle-kit, `drizzle-orm` means the one it belongs to.
import Module, { createRequire } from 'node:module';

const KITS = { 0.45: 'drizzle-kit-0.31', '1.0': 'drizzle-kit-1.0' };
const require = createRequire(import.meta.url);

/** Which line a package.json asks for; anything that is not a 1.x is taken for the stable 0.45. */
export function lineOf(manifest) {
  const wanted = { ...manifest.devDependencies, ...manifest.dependencies }['drizzle-orm'];
  if (!wanted) throw new Error('package.json does not depend on drizzle-orm');
  return /^[\^~]?1\./.test(wanted) ? '1.0' : '0.45';
}

/** `require` under the given line. Module instances are shared by all fixtures of a line. */
export const requireFor = (line) => (id) => require(alias(id, line));

const alias = (id, line) => id.replace(/^drizzle-(orm|kit)(?=\/|$)/, (_, part) => (part === 'orm' ? `drizzle-orm-${line}` : KITS[line]));

const resolveFilename = Module._resolveFilename;
Module._resolveFilename = function (id, parent, ...rest) {
  const line = Object.keys(KITS).find((it) => parent?.filename?.includes(`/${KITS[it]}/`));
  return resolveFilename.call(this, line && /^drizzle-orm(\/|$)/.test(id) ? require.resolve(alias(id, line)) : id, parent, ...rest);
};
