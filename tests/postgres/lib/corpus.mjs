// Real repositories: what their migrations make of a database, and what drizzle-kit makes of their source today, against
// what schemalint says about the source. The first may differ where migrations and source have drifted apart; every
// difference is printed with the reason. The second may not.
import fs from 'node:fs';
import path from 'node:path';
import { apply, foreignKeys, indexes, withDatabase } from './database.mjs';
import { exported } from './export.mjs';
import { lint } from './linter.mjs';

const PROJECTS = JSON.parse(fs.readFileSync(new URL('../corpus.json', import.meta.url), 'utf8'));

/** Whether every difference has a reason. */
export async function compareCorpus(folder, wanted, ask) {
  let good = true;
  for (const { name, config, migrations, export: exports } of PROJECTS) {
    const root = path.join(folder, name);
    if (!fs.existsSync(root) || (wanted.length > 0 && !wanted.some((it) => name.includes(it)))) continue;
    console.log(`\n${name}${config ? `, ${config}` : ''}`);
    const linted = lint(root, config);
    const sources = [
      migrations && ['migrations', () => migrationStatements(path.join(root, migrations))],
      exports !== false && ['drizzle-kit export', () => exported(root, linted.project)],
    ];
    for (const [source, statements] of sources.filter(Boolean)) {
      try {
        good = (await compareWith(source, linted, await statements(), ask)) && good;
      } catch (error) {
        console.log(`  ✗ ${source}: ${error.message.split('\n').slice(0, 3).join(' ')}`);
        good = false;
      }
    }
  }
  return good;
}

function migrationStatements(folder) {
  const { entries } = JSON.parse(fs.readFileSync(path.join(folder, 'meta/_journal.json'), 'utf8'));
  return entries.sort((a, b) => a.idx - b.idx)
    .flatMap(({ tag }) => fs.readFileSync(path.join(folder, `${tag}.sql`), 'utf8').split('--> statement-breakpoint'))
    .filter((statement) => statement.trim());
}

function compareWith(source, linted, statements, ask) {
  return withDatabase('corpus', async (client) => {
    if (statements.some((it) => /create schema (if not exists )?"auth"/i.test(it))) await client.query('drop schema auth cascade'); // not Supabase's
    const refused = await apply(client, statements, { again: source !== 'migrations' });
    const { keys, without, differences } = await ask(client);
    const database = { keys, indexes: await indexes(client) };
    const found = [...linted.found].filter((key) => !without.has(key));
    const missed = [...without].filter((key) => !linted.found.has(key));
    console.log(`  ${source}: ${statements.length} statements, ${refused.length} refused; ${keys.size} foreign keys (schemalint reads ${linted.read.size}), ${without.size} without an index; schemalint reports ${linted.found.size}; ${found.length + missed.length} differences`);
    for (const { statement, error } of refused.slice(0, 6)) console.log(`    refused: ${error}: ${statement.trim().replace(/\s+/g, ' ').slice(0, 100)}`);
    if (refused.length > 6) console.log(`    refused: and ${refused.length - 6} more`);
    for (const it of differences) console.log(`    ✗ ${it}`);
    const reasons = [
      ...missed.map((key) => [key, whyMissed(key, linted, database)]),
      ...found.map((key) => [key, whyFound(key, linted, database)]),
    ];
    for (const [key, reason] of reasons) console.log(`    ${reason ? '-' : '✗'} ${key}: ${reason ?? 'no reason found'}`);
    return differences.length === 0 && reasons.every(([, reason]) => reason);
  });
}

/** PostgreSQL has no index, schemalint is silent. */
function whyMissed(key, linted, database) {
  if (linted.unread.has(tableOf(key))) return 'schemalint says that it could not read all of the table';
  if (!linted.tables.has(tableOf(key))) return 'the table is not in the source';
  if (!linted.read.has(key)) return 'the foreign key is not in the source';
  return drift(key, linted, database, 'only');
}

/** schemalint reports it, PostgreSQL has an index or no such foreign key. */
function whyFound(key, linted, database) {
  const { file } = linted.tables.get(tableOf(key));
  if (!database.indexes.has(tableOf(key)))
    return linted.project?.schemaFiles.includes(file) === false ? `the drizzle.config does not name ${file}` : 'the table is not in the database';
  if (!database.keys.has(key)) return 'the foreign key is not in the database';
  return drift(key, linted, database);
}

/** The indexes and keys of the table that are not the same in source and database, if any. */
function drift(key, linted, database) {
  const table = linted.tables.get(tableOf(key));
  const sqlName = (name) => name && (table.columns.find((column) => column.name === name)?.sqlName ?? name);
  const inSource = new Map([...table.indexes, ...table.uniques, ...table.primaryKeys]
    .map((it) => [it.sqlName ?? it.name, `(${it.columns?.map(sqlName).join(', ')})`]));
  const inDatabase = new Map([...(database.indexes.get(tableOf(key)) ?? [])].map(([name, columns]) => [name, `(${columns.join(', ')})`]));
  const reasons = [];
  for (const [name, columns] of inSource)
    if (!inDatabase.has(name)) reasons.push(`${name} ${columns} is only in the source`);
    else if (inDatabase.get(name) !== columns) reasons.push(`${name} is ${columns} in the source, ${inDatabase.get(name)} in the database`);
  for (const [name, columns] of inDatabase)
    if (!inSource.has(name) && !/_(pkey|key|unique)$/.test(name)) reasons.push(`${name} ${columns} is only in the database`);
  return reasons.length > 0 ? reasons.join('; ') : undefined;
}

const tableOf = (key) => (key.endsWith(')') ? key.slice(0, key.indexOf('(')) : key.slice(0, key.lastIndexOf('.')));
