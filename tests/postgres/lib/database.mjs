// A fresh database: runs DDL in it and asks PostgreSQL about its foreign keys.
import fs from 'node:fs';
import pg from 'pg';

const read = (file) => fs.readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const [PRELUDE, UNCOVERED] = [read('prelude.sql'), read('uncovered.sql')];
let template;

/** Runs `use(client)` in a database of its own, which is dropped afterwards. */
export async function withDatabase(name, use) {
  const quoted = pg.escapeIdentifier(name);
  template ??= once('template1', (client) => client.query(PRELUDE)); // new databases are copies of it
  await template;
  await once('postgres', (client) => client.query(`create database ${quoted}`));
  try {
    return await once(name, use);
  } finally {
    await once('postgres', (client) => client.query(`drop database ${quoted} with (force)`));
  }
}

async function once(database, use) {
  const client = new pg.Client({ database });
  client.on('error', () => {}); // `with (force)` ends the connection
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/**
 * Runs statements one by one; `again` tries those that fail once more after the others, since drizzle-kit 0.31 writes
 * foreign keys before the unique indexes that they need. Returns [{ statement, error }] of those that PostgreSQL refuses.
 */
export async function apply(client, statements, { again = false } = {}) {
  const refused = [];
  for (const statement of statements) {
    try {
      await client.query(withoutExtensions(statement));
    } catch (error) {
      refused.push({ statement, error: error.message });
    }
  }
  return again && refused.length > 0 ? apply(client, refused.map(({ statement }) => statement)) : refused;
}

// pgvector and PostGIS are not there: prelude.sql has their types, and their indexes cannot serve a foreign key.
const withoutExtensions = (statement) => statement
  .replace(/(?<=[\s"]geometry"?)\([^)]*\)/g, '')
  .replace(/create\s+extension[^;]*(;|$)/gi, '')
  .replace(/create\s+index[^;]*\susing\s+(hnsw|ivfflat)\b[^;]*(;|$)/gi, '');

/** What uncovered.sql says. */
export async function uncovered(client) {
  const { rows } = await client.query(UNCOVERED);
  return rows.map((row) => row.uncovered);
}

/** Every list of columns that is a foreign key: [{ subject, schema, table, columns, types }]; types are those it refers to. */
export async function foreignKeys(client) {
  const { rows } = await client.query(`
    select nspname as schema, relname as table, c.conrelid as oid,
      array(select attname::text from unnest(conkey) with ordinality u (n, i) join pg_attribute on attrelid = conrelid and attnum = n order by i) as columns,
      array(select format_type(atttypid, null) from unnest(confkey) with ordinality u (n, i) join pg_attribute on attrelid = confrelid and attnum = n order by i) as types
    from pg_constraint c join pg_class t on t.oid = c.conrelid join pg_namespace s on s.oid = t.relnamespace
    where contype = 'f' and conparentid = 0 order by 1, 2, conname`);
  const bySubject = new Map(rows.map((row) => [subjectOf(row.schema, row.table, row.columns), row]));
  return [...bySubject].map(([subject, row]) => ({ subject, ...row }));
}

/** How schemalint names a foreign key. */
export function subjectOf(schema, table, columns) {
  const name = schema && schema !== 'public' ? `${schema}.${table}` : table;
  return columns.length === 1 ? `${name}.${columns[0]}` : `${name}(${columns.join(', ')})`;
}

/**
 * What the planner can do with the indexes of a foreign key, for the query that the trigger of the key runs:
 *   covered  an index scan looks all columns up, and they are the first ones of the index
 *   partly   an index helps, but not like that
 *   none     the table is read from beginning to end
 */
export async function planned(client, key) {
  const { rows: indexes } = await client.query(
    'select indexrelid as oid from pg_index where indrelid = $1 and indisvalid', [key.oid]);
  let best = 'none';
  for (const index of indexes) {
    const verdict = await plannedWith(client, key, index.oid);
    if (verdict === 'covered') return verdict;
    if (verdict === 'partly') best = verdict;
  }
  return best;
}

// One index at a time: on an empty table the planner has no reason to prefer the better of two.
async function plannedWith(client, key, index) {
  const plain = await plan(client, key, index, 'enable_bitmapscan = off');
  if (plain.all && (await beginsWith(client, index, key.columns))) return 'covered';
  const bitmap = plain.any ? plain : await plan(client, key, index, 'enable_bitmapscan = on');
  return bitmap.any ? 'partly' : 'none';
}

/** { any, all }: does the plan scan the index at all, and does it look up every column. */
async function plan(client, { schema, table, oid, columns, types }, index, setting) {
  const name = `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)}`;
  const where = columns.map((column, i) => `$${i + 1} = x.${pg.escapeIdentifier(column)}`).join(' and ');
  await client.query('begin');
  try {
    await client.query('update pg_index set indisvalid = false where indrelid = $1 and indexrelid <> $2', [oid, index]);
    await client.query(`set local enable_seqscan = off; set local plan_cache_mode = force_generic_plan; set local ${setting};
      prepare asked (${types.join(', ')}) as select 1 from only ${name} x where ${where} for key share of x`);
    const { rows } = await client.query(`explain (format json) execute asked (${columns.map(() => 'null').join(', ')})`);
    const scans = nodes(rows[0]['QUERY PLAN'][0].Plan).filter((node) => node['Index Name']);
    const plain = scans.find((node) => node['Node Type'] === 'Index Scan' || node['Node Type'] === 'Index Only Scan');
    const looksUp = (_, i) => new RegExp(`\\$${i + 1}\\b`).test(plain?.['Index Cond'] ?? '');
    return { any: scans.length > 0, all: columns.every(looksUp) };
  } finally {
    await client.query('rollback; deallocate all');
  }
}

const nodes = (plan) => [plan, ...(plan.Plans ?? []).flatMap(nodes)];

/** Whether the index, as PostgreSQL writes it down, begins with these columns in any order. */
async function beginsWith(client, index, columns) {
  const { rows } = await client.query(
    'select pg_get_indexdef($1, place, true) as part from generate_series(1, $2) as place', [index, columns.length]);
  const parts = rows.map(({ part }) => part).sort();
  const { rows: names } = await client.query('select quote_ident(name) as name from unnest($1::text[]) as name', [columns]);
  return parts.join() === names.map(({ name }) => name).sort().join();
}

/** Map(table → Map(index → its key columns)) of all tables, named as schemalint names them; null is an expression. */
export async function indexes(client) {
  const { rows } = await client.query(`
    select nspname as schema, t.relname as table, c.relname as index,
      array(select attname::text from unnest(indkey) with ordinality u (n, place) left join pg_attribute on attrelid = t.oid and attnum = n and n > 0
        where place <= indnkeyatts order by place) as columns
    from pg_class t join pg_namespace s on s.oid = t.relnamespace
      left join pg_index i on i.indrelid = t.oid left join pg_class c on c.oid = i.indexrelid
    where t.relkind in ('r', 'p') and nspname not in ('pg_catalog', 'information_schema')`);
  const tables = new Map();
  for (const { schema, table, index, columns } of rows) {
    const name = subjectOf(schema, table, ['']).slice(0, -1);
    if (!tables.has(name)) tables.set(name, new Map());
    if (index) tables.get(name).set(index, columns);
  }
  return tables;
}
