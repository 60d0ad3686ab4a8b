// Compares three answers to "which foreign keys have no index": schemalint's, the catalogue query's (uncovered.sql) and
// the planner's. Started by run.sh, which provides the server. Exit code 1 where they differ.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareCorpus } from './lib/corpus.mjs';
import { apply, foreignKeys, planned, uncovered, withDatabase } from './lib/database.mjs';
import { ddlOf, stage } from './lib/ddl.mjs';
import { compareKeyTypes } from './lib/key-types.mjs';
import { lint, program } from './lib/linter.mjs';
import { pageFolders } from './lib/page.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = path.join(HERE, '../..');
const PAGE = path.join(ROOT, 'rules/unindexed_foreign_key.md');
const read = (file) => fs.readFileSync(path.join(HERE, file), 'utf8');

async function main(args) {
  const corpus = args.indexOf('--corpus');
  const wanted = args.filter((arg, i) => !arg.startsWith('--') && args[i - 1] !== '--corpus');
  console.log(`schemalint: ${path.relative(process.cwd(), program)}`);
  if (corpus >= 0) return (await compareCorpus(args[corpus + 1], wanted, ask)) ? 0 : 1;
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'schemalint-pg-files.'));
  try {
    return (await compareRepository(scratch, wanted)) ? 0 : 1;
  } finally {
    fs.rmSync(scratch, { recursive: true });
  }
}

/** The page, the fixtures and what only SQL can say. */
async function compareRepository(scratch, wanted) {
  const folders = [
    ...pageFolders(PAGE, scratch).map(({ name, folder }) => ({ name: `page ${name}`, folder })),
    ...['fixtures/shop', ...fs.readdirSync(path.join(ROOT, 'fixtures/truth')).map((name) => `fixtures/truth/${name}`)]
      .filter((name) => fs.existsSync(path.join(ROOT, name, 'package.json')))
      .map((name) => ({ name, folder: path.join(ROOT, name) })),
  ].filter(({ name }) => wanted.length === 0 || wanted.some((it) => name.includes(path.basename(it))));

  const outcomes = [];
  for (const { name, folder } of folders) {
    const copy = stage(folder, path.join(scratch, name));
    outcomes.push(report(name, await compareFolder(copy)));
  }
  if (wanted.length === 0) {
    const sql = await withDatabase('include', async (client) => (await client.query(read('include.sql')), ask(client)));
    outcomes.push(report('include.sql', { ...sql, compared: sql.keys.size, notCompared: [] }));
    outcomes.push(report('the planner on the fifteen cases of cases.json', fifteen(outcomes)));
    const differences = await withDatabase('key_types', compareKeyTypes);
    outcomes.push(report('the types of key-types.json', { compared: 0, notCompared: [], differences }));
  }
  const sum = (count) => outcomes.reduce((total, outcome) => total + count(outcome), 0);
  const different = sum(({ differences }) => differences.length);
  console.log(`${sum(({ compared }) => compared)} foreign keys, ${sum(({ without }) => without?.size ?? 0)} without an index: ${different} differences`);
  return different === 0 && sum(({ compared }) => compared) > 0;
}

function report(name, outcome) {
  const { compared, without, notCompared, differences } = outcome;
  const mark = differences.length ? '✗' : '✓';
  if (!without) console.log(`${mark} ${name}`);
  else if (compared || differences.length || notCompared.length)
    console.log(`${mark} ${name}: ${compared} foreign keys, ${without.size} without an index`);
  for (const it of notCompared) console.log(`    not compared: ${it}`);
  for (const it of differences) console.log(`    ✗ ${it}`);
  return outcome;
}

/** { compared, without, verdicts, notCompared, differences } of one folder of schemas. */
async function compareFolder(folder) {
  const linted = lint(folder);
  const { databases, refused } = await ddlOf(folder);
  const notCompared = refused.map(({ table, error }) => `table ${table}: ${error}`);
  const all = { keys: new Set(), without: new Set(), verdicts: new Map(), differences: [] };
  const stopped = []; // statements that PostgreSQL refuses, with the reason
  for (const statements of databases)
    await withDatabase('comparison', async (client) => {
      stopped.push(...(await apply(client, statements, { again: true })));
      const { keys, without, verdicts, differences } = await ask(client);
      keys.forEach((key) => all.keys.add(key));
      without.forEach((key) => all.without.add(key));
      verdicts.forEach((verdict, key) => all.verdicts.set(key, verdict));
      all.differences.push(...differences);
    });

  // The same foreign keys are there, except those that cannot be in any database.
  for (const [key, { table }] of linted.read) {
    if (all.keys.has(key)) continue;
    const why = stopped.find(({ statement }) => statement.includes(`"${table.name}"`))?.error ?? refused.find((it) => it.table === table.name)?.error;
    if (why) notCompared.push(`${key}: ${why}`);
    else all.differences.push(`${key}: schemalint reads a foreign key that PostgreSQL does not have`);
  }
  for (const key of all.keys) {
    const table = [...linted.unread].find((name) => key.startsWith(`${name}.`) || key.startsWith(`${name}(`));
    if (table) notCompared.push(`${key}: schemalint says that it could not read all of ${table}`);
    else if (!linted.read.has(key)) all.differences.push(`${key}: a foreign key in PostgreSQL that schemalint does not read`);
    else if (all.without.has(key) && !linted.found.has(key)) all.differences.push(`${key}: no index in PostgreSQL, and schemalint is silent`);
    else if (!all.without.has(key) && linted.found.has(key)) all.differences.push(`${key}: schemalint reports it, PostgreSQL has an index`);
  }
  return { ...all, compared: all.keys.size, notCompared };
}

/** { keys, without, verdicts, differences }: the database's foreign keys, and whether catalogue and planner agree. */
async function ask(client) {
  const keys = await foreignKeys(client);
  const without = new Set(await uncovered(client));
  const verdicts = new Map();
  const differences = [...without].filter((subject) => !keys.some((key) => key.subject === subject)).map((subject) => `${subject}: not a foreign key`);
  for (const key of keys) {
    const verdict = await planned(client, key);
    verdicts.set(key.subject, verdict);
    // "Partly" is either: it serves where the columns that are looked up identify a row, which the planner cannot say.
    const agrees = { covered: !without.has(key.subject), partly: true, none: without.has(key.subject) }[verdict];
    if (!agrees)
      differences.push(`${key.subject}: uncovered.sql says ${without.has(key.subject) ? 'uncovered' : 'covered'}, the planner says ${verdict}`);
  }
  return { keys: new Set(verdicts.keys()), without, verdicts, differences };
}

/** Whether every case of cases.json was met and the planner's verdict on it is the one written there. */
function fifteen(outcomes) {
  const verdicts = new Map(outcomes.flatMap(({ verdicts }) => [...(verdicts ?? [])]));
  const differences = [];
  for (const { case: number, table, index, planner } of JSON.parse(read('cases.json'))) {
    const verdict = verdicts.get(`${table}.a`) ?? verdicts.get(`${table}(a, b)`) ?? 'missing';
    if (verdict !== planner) differences.push(`case ${number}, ${index}: the planner says ${verdict}, cases.json ${planner}`);
  }
  return { compared: 0, notCompared: [], differences };
}

process.exitCode = await main(process.argv.slice(2));
