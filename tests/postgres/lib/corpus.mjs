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
  for (const { name, config, migrations } of PROJECTS) {
    const root = path.join(folder, name);
    if (!fs.existsSync(root) || (wanted.length > 0 && !wanted.some((it) => name.includes(it)))) continue;
    console.log(`\n${name}${config ? `, ${config}` : ''}`);
    const linted = lint(root, config);
    const sources = [
      migrations && ['migrations', () => migrationStatements(path.join(root, migrations))],
      config && ['drizzle-kit export', () => exported(root, linted.schemaFiles, linted.casing)],
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
    const refused = await apply(client, statements, { again: source !== 'migrations' });
    const { keys, without, differences } = await ask(client);
    const database = { keys, indexes: await indexes(client), tables: new Set([...keys].map(tableOf)) };
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
  if (!database.indexes.has(tableOf(key))) return 'the table is not in the database';
  if (!database.keys.has(key)) return 'the foreign key is not in the database';
  return drift(key, linted, database);
}

/** The indexes that only one of the two has, if any. */
function drift(key, linted, database) {
  const table = linted.tables.get(tableOf(key));
  const inSource = new Set(table.indexes.map(({ sqlName, name }) => sqlName ?? name));
  const inDatabase = database.indexes.get(tableOf(key)) ?? new Map();
  const constraint = new Set([...table.uniques, ...table.primaryKeys].map(({ sqlName, name }) => sqlName ?? name));
  const onlySource = [...inSource].filter((name) => !inDatabase.has(name));
  const onlyDatabase = [...inDatabase].filter(([name, { constrains }]) => !constrains && !inSource.has(name) && !constraint.has(name));
  const parts = [
    onlySource.length && `only in the source: index ${onlySource.join(', ')}`,
    onlyDatabase.length && `only in the database: ${onlyDatabase.map(([, { definition }]) => definition).join('; ')}`,
  ].filter(Boolean);
  return parts.length ? parts.join('; ') : undefined;
}

const tableOf = (key) => key.replace(/\(.*\)$|\.[^.]*$/, '');
