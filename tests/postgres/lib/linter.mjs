// What schemalint says about a folder: the findings of the rule, and the foreign keys that it read.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { subjectOf } from './database.mjs';

const RULE = 'unindexed-foreign-key';
const BUILDS = ['release', 'debug'].map((kind) => fileURLToPath(new URL(`../../../target/${kind}/schemalint`, import.meta.url)));

export const program = process.env.SCHEMALINT || newest(BUILDS.filter(fs.existsSync));

function newest(files) {
  if (files.length === 0) {
    console.error('no build of schemalint: cargo build, or set SCHEMALINT');
    process.exit(2);
  }
  return files.sort((a, b) => fs.statSync(b).mtimeMs - fs.statSync(a).mtimeMs)[0];
}

/**
 * { tables, read, found, unread } for the Postgres tables of a folder, or of one drizzle.config in it: Map(name → table),
 * Map(subject → { table, columns }) of all foreign keys, the subjects that are reported, and the tables of which schemalint
 * says that it does not know everything.
 */
export function lint(folder, config) {
  const graph = JSON.parse(run(['graph', folder]));
  const project = config && graph.projects.findIndex((it) => it.config === config);
  if (project === -1) throw new Error(`no project ${config} in ${folder}`);
  const tables = graph.tables.filter((table) =>
    table.dialect === 'postgresql' && !table.isView && (project === undefined || table.project === project));
  // Of two tables of one name (a script may hold a copy), the one that drizzle-kit sees counts: it comes last.
  const seen = ({ file }) => graph.projects[project]?.schemaFiles.includes(file) ?? false;
  tables.sort((a, b) => seen(a) - seen(b));
  const read = new Map();
  for (const table of tables)
    for (const key of table.foreignKeys) {
      if (!key.columns) continue;
      const names = key.columns.map((name) => table.columns.find((column) => column.name === name)?.sqlName ?? name);
      read.set(subjectOf(table.schema, table.name, names), { table, columns: names });
    }
  const nameOf = (table) => subjectOf(table.schema, table.name, ['']).slice(0, -1);
  // Tables of other dialects and projects may have the same names; then the file decides.
  const named = (subject) => graph.tables.filter((table) => nameOf(table) === nameOf(read.get(subject).table));
  const own = ({ subject, file }) => read.has(subject) && (named(subject).length === 1 || file === read.get(subject).table.file);
  return {
    tables: new Map(tables.map((table) => [nameOf(table), table])),
    read,
    found: new Set(findings(folder).filter(own).map(({ subject }) => subject)),
    unread: new Set(tables.filter((table) => table.columnsUnknown || table.constraintsUnknown).map(nameOf)),
    project: graph.projects[project],
  };
}

/** [{ subject, file }] of the rule's findings. */
function findings(folder) {
  const { findings } = JSON.parse(run(['check', folder, '--format', 'json']));
  return findings.filter(({ rule }) => rule === RULE)
    .map(({ subject, location }) => ({ subject, file: inside(folder, location.path) }));
}

const inside = (folder, file) => path.relative(folder, path.resolve(file));

function run(args) {
  const { status, stdout, stderr, error } = spawn(args);
  if (error || (status !== 0 && status !== 1 && status !== 3)) throw new Error(`schemalint ${args.join(' ')}: ${error ?? stderr}`);
  return stdout;
}

const spawn = (args) => spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 30 });
