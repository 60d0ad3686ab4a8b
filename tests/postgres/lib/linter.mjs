// What schemalint says about a folder: the findings of the rule, and the foreign keys that it read.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { subjectOf } from './database.mjs';

const RULE = 'unindexed-foreign-key';
const BUILDS = ['release', 'debug'].map((kind) => fileURLToPath(new URL(`../../../target/${kind}/schemalint`, import.meta.url)));

export const program = process.env.SCHEMALINT ?? newest(BUILDS.filter(fs.existsSync));

function newest(files) {
  if (files.length === 0) throw new Error('no build of schemalint: cargo build, or set SCHEMALINT');
  return files.sort((a, b) => fs.statSync(b).mtimeMs - fs.statSync(a).mtimeMs)[0];
}

/** { found, read, unread }: subjects reported, subjects of all Postgres foreign keys, and tables of which something is unknown. */
export function lint(folder) {
  const graph = JSON.parse(run(['graph', folder]));
  const tables = graph.tables.filter((table) => table.dialect === 'postgresql' && !table.isView);
  const read = new Map();
  for (const table of tables)
    for (const key of table.foreignKeys) {
      if (!key.columns) continue;
      const names = key.columns.map((name) => table.columns.find((column) => column.name === name)?.sqlName ?? name);
      read.set(subjectOf(table.schema, table.name, names), { table, names });
    }
  const unread = new Set(tables.filter((table) => table.columnsUnknown || table.constraintsUnknown)
    .map((table) => subjectOf(table.schema, table.name, ['']).slice(0, -1)));
  const isPostgres = (subject) => read.has(subject);
  return { found: new Set(findings(folder).filter(isPostgres)), read, unread, tables: tables.length };
}

function findings(folder) {
  const json = spawn(['check', folder, '--format', 'json']);
  if (json.stdout.startsWith('{'))
    return JSON.parse(json.stdout).findings.filter(({ rule }) => rule === RULE).map(({ subject }) => subject);
  // An older program without `check --format json`: the headlines of the findings, which may be wrapped.
  const text = run([folder, '--color', 'never']).replace(/\n\s*│\s*/g, ' ');
  return [...text.matchAll(/foreign key `([^`]+)` to `[^`]+` has no index/g)].map(([, subject]) => subject);
}

function run(args) {
  const { status, stdout, stderr, error } = spawn(args);
  if (error || (status !== 0 && status !== 1 && status !== 3)) throw new Error(`schemalint ${args.join(' ')}: ${error ?? stderr}`);
  return stdout;
}

const spawn = (args) => spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 30 });
