// The installed drizzle-orm of a line: its dialects and the predicates that recognise its objects.

const DIALECTS = [
  ['postgresql', 'drizzle-orm/pg-core', 'PgTable'],
  ['mysql', 'drizzle-orm/mysql-core', 'MySqlTable'],
  ['sqlite', 'drizzle-orm/sqlite-core', 'SQLiteTable'],
  ['singlestore', 'drizzle-orm/singlestore-core', 'SingleStoreTable'],
  ['gel', 'drizzle-orm/gel-core', 'GelTable'],
  ['cockroach', 'drizzle-orm/cockroach-core', 'CockroachTable'],
  ['mssql', 'drizzle-orm/mssql-core', 'MsSqlTable'],
];

export function drizzleOf({ line, require }) {
  const orm = require('drizzle-orm');
  const { is, Table, View } = orm;
  const relationsV1 = line === '1.0' ? require('drizzle-orm/_relations') : orm;
  const dialects = DIALECTS.flatMap(([name, id, table]) => {
    if (name === 'gel' ? line === '1.0' : /cockroach|mssql/.test(name) && line !== '1.0') return [];
    const core = require(id);
    return [{ name, core, Table: core[table], views: Object.values(core).filter((value) => isViewClass(value, orm)) }];
  });
  const core = (name) => dialects.find((dialect) => dialect.name === name)?.core;
  const pg = core('postgresql');

  const isTable = (value) => is(value, Table) && !value[Symbol.for('drizzle:IsAlias')];
  const isV2 = (value) =>
    line === '1.0' && isPlain(value) && Object.values(value).length > 0 &&
    Object.values(value).every((part) => isPlain(part?.relations) && typeof part.name === 'string' && (is(part.table, Table) || is(part.table, View)));

  return {
    orm, is, relationsV1,
    dialectOf: (table) => dialects.find((dialect) => is(table, dialect.Table)),
    /** [dialect name, is it materialised] of a view. */
    viewKind(view) {
      const dialect = dialects.find(({ views }) => views.some((View) => is(view, View)));
      return [dialect?.name ?? null, dialect?.views.some((View) => /Materialized/.test(View[orm.entityKind]) && is(view, View)) ?? false];
    },
    kindOf(value) {
      if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return null;
      if (pg.isPgEnum(value) || core('cockroach')?.isCockroachEnum?.(value)) return 'enum';
      if (typeof value === 'function') return null;
      if (isTable(value)) return 'table';
      if (is(value, View)) return 'view';
      if (is(value, relationsV1.Relations)) return 'relationsV1';
      if (isV2(value)) return 'relationsV2';
      if (pg.isPgSequence(value) || core('cockroach')?.isCockroachSequence?.(value)) return 'sequence';
      return null;
    },
  };
}

export function isPlain(value) {
  if (value === null || typeof value !== 'object') return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

const isViewClass = (value, { entityKind }) => typeof value === 'function' && /View$/.test(value[entityKind] ?? '');
