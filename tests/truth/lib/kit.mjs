// The names that drizzle-kit would write into a migration for one table. Every table is given to drizzle-kit alone:
// two tables of one name would replace each other, and names do not depend on other tables.

const GENERATORS = {
  0.45: {
    postgresql: ({ generateDrizzleJson }, table, casing) => generateDrizzleJson({ table }, undefined, undefined, casing),
    mysql: ({ generateMySQLDrizzleJson }, table, casing) => generateMySQLDrizzleJson({ table }, undefined, casing),
    sqlite: ({ generateSQLiteDrizzleJson }, table, casing) => generateSQLiteDrizzleJson({ table }, undefined, casing),
    singlestore: ({ generateSingleStoreDrizzleJson }, table, casing) => generateSingleStoreDrizzleJson({ table }, undefined, casing),
  },
  '1.0': Object.fromEntries(['postgresql', 'mysql', 'sqlite', 'mssql'].map((dialect) => [dialect, ({ generateDrizzleJson }, table) => generateDrizzleJson({ table })])),
};

/** The `casing` of the drizzle.config nearest above a file. */
export function casingFor(file, configs) {
  const above = configs.filter(({ file: config }) => file.startsWith(config.replace(/[^/]*$/, '')));
  return above.sort((a, b) => b.file.length - a.file.length)[0]?.config.casing;
}

/**
 * { kit } or { kitError } where drizzle-kit refuses the table; nothing where it has no programmatic answer: gel,
 * cockroach, singlestore 1.0, and tables it skips (mysqlSchema).
 */
export async function kitNames(table, { line, require, drizzle }, casing) {
  const dialect = drizzle.dialectOf(table).name;
  const generate = GENERATORS[line][dialect];
  if (!generate) return {};
  const api = require(line === '1.0' ? `drizzle-kit/payload/${dialect === 'postgresql' ? 'postgres' : dialect}` : 'drizzle-kit/api');
  let snapshot;
  try {
    snapshot = await quietly(() => generate(api, table, casing));
  } catch (error) {
    return { kitError: error.message.split('\n')[0] };
  }
  const names = line === '1.0' ? fromEntities(snapshot.ddl) : fromTable(Object.values(snapshot.tables)[0]);
  const keys = Object.keys(table[drizzle.orm.Table.Symbol.Columns]);
  if (names?.columns.length !== keys.length) return {};
  return { kit: { ...names, columns: Object.fromEntries(keys.map((key, i) => [key, names.columns[i]])) } };
}

// 0.31: one record per table, constraints keyed by name.
function fromTable(table) {
  if (!table) return undefined;
  const columns = Object.values(table.columns).map((column) => column.name);
  const list = (constraints) => Object.values(constraints ?? {}).map((it) => ({ name: it.name, columns: it.columns })).sort(byColumns);
  return {
    columns,
    primaryKey: list(table.compositePrimaryKeys)[0] ?? null,
    uniques: list(table.uniqueConstraints),
    indexes: Object.values(table.indexes).map((index) => ({
      name: index.name,
      columns: index.columns.map((column) => onlyColumn(columns, column.isExpression ? null : column.expression ?? column)),
    })).sort(byColumns),
    foreignKeys: Object.values(table.foreignKeys ?? {}).map((key) => ({ name: key.name, columns: key.columnsFrom })).sort(byColumns),
  };
}

// 1.0: a flat list of entities.
function fromEntities(ddl) {
  const of = (type) => ddl.filter(({ entityType }) => entityType === type);
  const columns = of('columns').map(({ name }) => name);
  const plain = ({ name, columns: list }) => ({ name, columns: list.map((column) => column.name ?? column.value ?? column) });
  return {
    columns,
    primaryKey: of('pks').map(plain)[0] ?? null,
    uniques: of('uniques').map(plain).sort(byColumns),
    indexes: of('indexes').map(({ name, columns: list }) => ({
      name,
      columns: list.map((column) => onlyColumn(columns, column.isExpression ? null : column.value ?? column)),
    })).sort(byColumns),
    foreignKeys: of('fks').map(plain).sort(byColumns),
  };
}

// mysql and sqlite keep an expression as text where a column name would be.
const onlyColumn = (columns, name) => (columns.includes(name) ? name : null);

const text = ({ name, columns }) => `${columns.join()}\0${name}`;
const byColumns = (a, b) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0);

/** drizzle-kit reports a schema it refuses with console output and process.exit(). */
export async function quietly(run) {
  const { exit } = process;
  const { log, warn, error } = console;
  process.exit = () => { throw new Error('drizzle-kit exits'); };
  console.log = console.warn = console.error = () => {};
  try {
    return await run();
  } finally {
    process.exit = exit;
    Object.assign(console, { log, warn, error });
  }
}
