// Which column types may refer to which key types: asks PostgreSQL about every pair and holds the answers against
// key-types.json, which `src/graph/key_types/postgres.rs` is tested with. BLESS=1 writes the file.
import fs from 'node:fs';

const FILE = new URL('../key-types.json', import.meta.url);
const TYPES = ['smallint', 'integer', 'bigint', 'smallserial', 'serial', 'bigserial', 'numeric', 'numeric(10, 2)', 'real',
  'double precision', 'text', 'varchar', 'varchar(10)', 'varchar(20)', 'char', 'char(10)', 'name', 'citext', 'uuid', 'boolean',
  'date', 'time', 'time with time zone', 'timestamp', 'timestamp (3)', 'timestamp with time zone', 'interval', 'inet', 'cidr',
  'macaddr', 'macaddr8', 'bytea', 'json', 'jsonb', 'bit(3)', 'bit(5)', 'bit varying', '"e1"', '"e2"', 'point', 'line', 'money',
  'oid', 'xml', 'tsvector', 'int4range', 'text[]', 'varchar[]', 'varchar(10)[]', 'integer[]', 'bigint[]', 'smallint[]', 'uuid[]',
  'integer[][]', 'numeric[]', '"e1"[]'];

/** The differences between key-types.json and what PostgreSQL says now. */
export async function compareKeyTypes(client) {
  await client.query(`create type e1 as enum ('a'); create type e2 as enum ('a')`);
  const accepted = {};
  for (const key of TYPES) {
    await client.query('drop table if exists child, parent');
    // A type without an order cannot be a key: json, xml, point, line.
    if (!(await succeeds(client, `create table parent (k ${key} primary key)`))) continue;
    accepted[key] = [];
    for (const own of TYPES) {
      await client.query(`drop table if exists child; create table child (k ${own})`);
      if (await succeeds(client, 'alter table child add foreign key (k) references parent (k)')) accepted[key].push(own);
    }
  }
  const lines = Object.entries(accepted).map(([key, own]) => `    ${JSON.stringify(key)}: ${JSON.stringify(own)}`);
  const text = `{\n  "types": ${JSON.stringify(TYPES)},\n  "accepted": {\n${lines.join(',\n')}\n  }\n}\n`;
  if (process.env.BLESS) fs.writeFileSync(FILE, text);
  const recorded = JSON.parse(fs.readFileSync(FILE, 'utf8')).accepted;
  const pairs = (of) => Object.entries(of).flatMap(([key, own]) => own.map((it) => `${it} may refer to ${key}`));
  const [before, now] = [new Set(pairs(recorded)), new Set(pairs(accepted))];
  return [...[...now].filter((it) => !before.has(it)).map((it) => `${it}: not in key-types.json`),
    ...[...before].filter((it) => !now.has(it)).map((it) => `${it}: only in key-types.json`)];
}

async function succeeds(client, statement) {
  try {
    await client.query(statement);
    return true;
  } catch {
    return false;
  }
}
