#!/usr/bin/env node
// What the real drizzle-kit makes of single changes of a schema: would `generate` write SQL?
//   node verify.mjs [--check]
// Without --check recorded.json is rewritten; with it, only compared. tests/drift.rs compares schemalint with it.
// Needs the packages of ../truth (`npm ci` there).
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { quietly } from '../truth/lib/kit.mjs';
import { requireFor } from '../truth/lib/line.mjs';
import { MUTATIONS, mutate } from './mutations.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const RECORDED = path.join(HERE, 'recorded.json');
const esbuild = createRequire(new URL('../truth/package.json', import.meta.url))('esbuild');

const PROJECTS = [
  ...['0.45', '1.0'].flatMap((line) => [
    { name: 'pg', dialect: 'postgresql', line },
    { name: 'mysql', dialect: 'mysql', line },
    { name: 'sqlite', dialect: 'sqlite', line },
  ]),
  { name: 'pg-casing', dialect: 'postgresql', line: '0.45', casing: 'snake_case' },
];

async function main(args) {
  const recorded = [];
  for (const project of PROJECTS) recorded.push(await record(project));
  const text = written(recorded);
  const count = recorded.reduce((sum, { cases }) => sum + cases.length, 0);
  const drifts = recorded.reduce((sum, { cases }) => sum + cases.filter(({ sql }) => sql.length).length, 0);
  console.log(`${recorded.length} projects, ${count} changes, ${drifts} of them with SQL`);
  if (!args.includes('--check')) {
    fs.writeFileSync(RECORDED, text);
    return 0;
  }
  const same = fs.readFileSync(RECORDED, 'utf8') === text;
  if (!same) console.error('recorded.json is not what drizzle-kit says: run `node tests/drift/verify.mjs` and read the diff');
  return same ? 0 : 1;
}

async function record(project) {
  const kit = kitOf(project);
  const schema = fs.readFileSync(path.join(HERE, 'projects', `${project.name}.ts`), 'utf8');
  const snapshot = stable(await kit.generate(load(schema, kit.require)));
  const cases = [];
  for (const [name, pairs] of Object.entries(MUTATIONS[project.name])) {
    const mutated = mutate(schema, pairs, project.line);
    if (mutated === undefined) continue;
    cases.push({ name, edit: edit(schema, mutated), sql: shortened(await changes(kit, snapshot, mutated, name)) });
  }
  delete snapshot.footprints;
  return { ...project, snapshot, cases };
}

/** One line for each change, so that a diff can be read. */
function written(projects) {
  const lines = projects.map(({ cases, ...project }) =>
    `${JSON.stringify(project).slice(0, -1)}, "cases": [\n${cases.map((it) => JSON.stringify(it)).join(',\n')}\n]}`);
  return `[${lines.join(',\n')}]\n`;
}

/** [where, how many characters go, what comes]: all that a change is. */
function edit(before, after) {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < Math.min(before.length, after.length) - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return [start, before.length - end - start, after.slice(start, after.length - end)];
}

/** Enough of the SQL to see what it is about. */
const shortened = (sql) => sql.slice(0, 2).map((statement) => statement.replace(/\s+/g, ' ').slice(0, 80));

// A question whether something was renamed is a change, too.
async function changes(kit, snapshot, schema, name) {
  let now;
  try {
    now = await quietly(async () => kit.generate(load(schema, kit.require)));
  } catch (error) {
    throw new Error(`${name}: ${error.stack}`);
  }
  try {
    return await quietly(() => kit.migrate(structuredClone(snapshot), stable(now)));
  } catch (error) {
    if (/Interactive prompts|MissingHintsError/.test(error.message + error.stack)) return ['?'];
    throw new Error(`${name}: ${error.stack}`);
  }
}

// Ids are random.
const stable = (snapshot) => ({
  ...snapshot,
  id: '11111111-1111-1111-1111-111111111111',
  ...(snapshot.prevIds ? { prevIds: ['00000000-0000-0000-0000-000000000000'] } : { prevId: '00000000-0000-0000-0000-000000000000' }),
});

function load(text, require) {
  const { code } = esbuild.transformSync(text, { loader: 'ts', format: 'cjs', target: 'node20' });
  const module = { exports: {} };
  new Function('require', 'module', 'exports', code)(require, module, module.exports);
  return { ...module.exports };
}

function kitOf({ dialect, line, casing }) {
  const require = requireFor(line);
  if (line === '1.0') {
    const api = require(`drizzle-kit/payload/${dialect === 'postgresql' ? 'postgres' : dialect}`);
    return { require, generate: (exports) => api.generateDrizzleJson(exports), migrate: api.generateMigration };
  }
  const api = require('drizzle-kit/api');
  return {
    require,
    ...{
      postgresql: { generate: (exports) => api.generateDrizzleJson(exports, undefined, undefined, casing), migrate: api.generateMigration },
      mysql: { generate: (exports) => api.generateMySQLDrizzleJson(exports, undefined, casing), migrate: api.generateMySQLMigration },
      sqlite: { generate: (exports) => api.generateSQLiteDrizzleJson(exports, undefined, casing), migrate: api.generateSQLiteMigration },
    }[dialect],
  };
}

process.exitCode = await main(process.argv.slice(2));
