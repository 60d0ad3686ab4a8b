// Which file owns which drizzle object: the one whose own top-level binding holds it, not one that passes it on.
import { isPlain } from './drizzle.mjs';

const DEPTH = 3;

/** { owners: Map(object → owner), table: [{value, owner}], view: [...], enum, sequence, relationsV1, relationsV2 } */
export function findEntities(modules, { kindOf }) {
  const found = { owners: new Map(), table: [], view: [], enum: [], sequence: [], relationsV1: [], relationsV2: [] };
  const own = (value, owner) => {
    const kind = kindOf(value);
    if (!kind) return false;
    if (!found.owners.has(value)) {
      found.owners.set(value, owner);
      found[kind].push({ value, owner });
    }
    return true;
  };

  // Direct bindings of all files first, objects that merely collect tables afterwards.
  const collections = [];
  for (const { file, bindings, exports } of modules) {
    const bound = new Set(bindings.map(([name]) => name));
    for (const [name, value] of bindings) {
      const names = Object.keys(exports).filter((exported) => exports[exported] === value);
      // `export { a as b }` is called b; `export const b = a` is another binding, so a keeps its name.
      const exportName = names.includes(name) ? name : names.find((exported) => !bound.has(exported)) ?? name;
      const owner = { file, exportName, exported: names.length > 0 };
      if (!own(value, owner)) collections.push([value, owner]);
    }
  }
  // Exports without a binding: `export default pgTable(...)`, `exports.users = ...`.
  for (const { file, exports } of modules)
    for (const [exportName, value] of Object.entries(exports))
      if (!own(value, { file, exportName, exported: true })) collections.push([value, { file, exportName, exported: true }]);

  const visited = new Set();
  const search = (value, owner, depth) => {
    if (!(isPlain(value) || Array.isArray(value)) || visited.has(value) || depth > DEPTH) return;
    visited.add(value);
    for (const [key, member] of Object.entries(value)) {
      const nested = { ...owner, exportName: `${owner.exportName}.${key}`, nested: true };
      if (!own(member, nested)) search(member, nested, depth + 1);
    }
  };
  for (const [value, owner] of collections) search(value, owner, 1);
  return found;
}
