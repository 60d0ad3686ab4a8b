// The DDL that drizzle-kit writes for the Postgres tables of a folder: by the functions behind `drizzle-kit export`, given
// the tables of every source file. Loading is that of ../../truth.
import fs from 'node:fs';
import path from 'node:path';
import { drizzleOf } from '../../truth/lib/drizzle.mjs';
import { casingFor, quietly } from '../../truth/lib/kit.mjs';
import { loadFixture } from '../../truth/lib/load.mjs';
import { findEntities } from '../../truth/lib/ownership.mjs';

/**
 * { databases: [statements], refused: [{ table, error }] }. There is one database, unless tables share a name or differ in
 * casing. Tables that drizzle-kit refuses are left out.
 */
export async function ddlOf(folder) {
  const fixture = await loadFixture(folder);
  const drizzle = drizzleOf(fixture);
  const found = findEntities(fixture.modules, drizzle);
  const tables = [];
  const refused = [];
  for (const { value, owner } of found.table) {
    if (drizzle.dialectOf(value)?.name !== 'postgresql') continue;
    const casing = casingFor(owner.file, fixture.configs);
    try {
      await generate(fixture, [value], casing); // alone, to know which one is at fault
      tables.push({ table: value, casing });
    } catch (error) {
      refused.push({ table: nameOf(value), error: `drizzle-kit: ${error.message.split('\n')[0]}` });
    }
  }
  const databases = [];
  for (const group of apart(tables, fixture)) {
    const values = [...group.tables, ...enumsOf(group.tables), ...found.sequence.map(({ value }) => value)];
    databases.push([...schemasOf(values), ...(await generate(fixture, values, group.casing))]);
  }
  return { databases, refused };
}

const COLUMNS = Symbol.for('drizzle:Columns');
const SCHEMA = Symbol.for('drizzle:Schema');
const NAME = Symbol.for('drizzle:Name');
const schemaOf = (it) => it[SCHEMA] ?? it.schema;
const nameOf = (table) => (schemaOf(table) ? `${schemaOf(table)}.${table[NAME]}` : table[NAME]);

// A schema that has tables of its own replaces the one of prelude.sql.
const schemasOf = (values) =>
  [...new Set(values.map(schemaOf).filter((schema) => schema && schema !== 'public'))]
    .flatMap((schema) => [`drop schema if exists "${schema}" cascade`, `create schema "${schema}"`]);

export const enumsOf = (tables) =>
  [...new Set(tables.flatMap((table) => Object.values(table[COLUMNS]).map((column) => (column.baseColumn ?? column).enum)))].filter(Boolean);

/** Groups without two tables of one name and with one casing; a table brings the tables it refers to along. */
function apart(tables, fixture) {
  const known = new Set(tables.map(({ table }) => table));
  const groups = [];
  const placed = new Set();
  for (const { table, casing } of tables) {
    if (placed.has(table)) continue;
    const needed = closure(table, fixture).filter((it) => known.has(it));
    let group = groups.find(({ casing: other, names }) =>
      other === casing && needed.every((it) => (names.get(nameOf(it)) ?? it) === it));
    if (!group) groups.push((group = { casing, names: new Map() }));
    for (const it of needed) {
      group.names.set(nameOf(it), it);
      placed.add(it);
    }
  }
  return groups.map(({ casing, names }) => ({ casing, tables: [...names.values()] }));
}

function closure(table, fixture, seen = new Set()) {
  if (seen.has(table)) return [];
  seen.add(table);
  const { getTableConfig } = fixture.require('drizzle-orm/pg-core');
  return [table, ...getTableConfig(table).foreignKeys.flatMap((key) => closure(key.reference().foreignTable, fixture, seen))];
}

export function generate({ line, require }, values, casing) {
  const schema = Object.fromEntries(values.map((value, i) => [`it${i}`, value]));
  return quietly(async () => {
    const { generateDrizzleJson, generateMigration } = require(line === '1.0' ? 'drizzle-kit/payload/postgres' : 'drizzle-kit/api');
    return generateMigration(await generateDrizzleJson({}), await generateDrizzleJson(schema, undefined, undefined, casing));
  });
}

/** A copy of the folder in which the loader finds a package.json that names drizzle-orm. */
export function stage(folder, target) {
  fs.cpSync(folder, target, { recursive: true, filter: (file) => !/(^|\/)(node_modules|\.git)$/.test(file) });
  const manifest = path.join(target, 'package.json');
  const json = fs.existsSync(manifest) ? JSON.parse(fs.readFileSync(manifest, 'utf8')) : { name: 'staged' };
  if (!json.dependencies?.['drizzle-orm'] && !json.devDependencies?.['drizzle-orm'])
    fs.writeFileSync(manifest, JSON.stringify({ ...json, dependencies: { ...json.dependencies, 'drizzle-orm': '^0.45.4' } }));
  return target;
}
