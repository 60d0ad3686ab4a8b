// Tables and views as drizzle-orm reports them. Column lists hold database names before `casing`.

export function describeTable({ value: table, owner }, context) {
  const { orm: { Table: { Symbol: S } }, dialectOf } = context.drizzle;
  const dialect = dialectOf(table);
  const config = dialect.core.getTableConfig(table);
  const checks = config.checks ?? [];
  const policies = config.policies ?? [];
  return {
    ...owner,
    dialect: dialect.name,
    schema: table[S.Schema] ?? null,
    name: table[S.Name],
    isView: false,
    columns: Object.entries(table[S.Columns]).map(([key, column]) => describeColumn(key, column, context)),
    primaryKeys: (config.primaryKeys ?? []).map((key) => ({ name: key.name ?? key.getName?.() ?? null, columns: names(key.columns) })),
    uniques: (config.uniqueConstraints ?? []).map((unique) => ({
      name: unique.name ?? unique.getName?.() ?? null,
      columns: names(unique.columns),
      ...(unique.nullsNotDistinct && { nullsNotDistinct: true }),
    })),
    indexes: (config.indexes ?? []).map(({ config: index }) => ({
      name: index.name ?? null,
      unique: Boolean(index.unique),
      columns: index.columns.map((column) => (context.drizzle.is(column, context.drizzle.orm.SQL) ? null : column.name)),
      where: index.where !== undefined && index.where !== null,
      method: index.method ?? index.using ?? null,
    })),
    foreignKeys: (config.foreignKeys ?? []).map((key) => describeForeignKey(key, context)),
    checks: checks.length,
    checkNames: checks.map((check) => check.name),
    policies: policies.length,
    policyNames: policies.map((policy) => policy.name),
    rls: Boolean(config.enableRLS),
  };
}

function describeForeignKey(key, { refer }) {
  const reference = key.reference();
  return {
    columns: names(reference.columns),
    foreignTable: refer(reference.foreignTable ?? reference.foreignColumns[0].table),
    foreignColumns: names(reference.foreignColumns),
    onDelete: key.onDelete ?? null,
    onUpdate: key.onUpdate ?? null,
    name: key.getName() ?? null,
    nameExplicit: Boolean(reference.name),
  };
}

export function describeView({ value: view, owner }, context) {
  const { orm, is, viewKind } = context.drizzle;
  const config = view[orm.ViewBaseConfig ?? Symbol.for('drizzle:ViewBaseConfig')];
  const [dialect, materialized] = viewKind(view);
  return {
    ...owner,
    dialect,
    schema: config.schema ?? null,
    name: config.name,
    isView: true,
    materialized,
    existing: Boolean(config.isExisting),
    columns: Object.entries(config.selectedFields).map(([key, field]) => {
      if (is(field, orm.Column)) return describeColumn(key, field, context);
      return { key, name: is(field, orm.SQL.Aliased) ? field.fieldAlias : key, sqlType: null, notNull: null };
    }),
  };
}

function describeColumn(key, column, { line, drizzle }) {
  const { inner, dimensions } = unwrapArray(column, line);
  let sqlType = column.getSQLType();
  // 1.0 keeps the dimensions apart from getSQLType(); 0.45 spells them out.
  if (dimensions > 0 && !sqlType.endsWith(']')) sqlType += '[]'.repeat(dimensions);
  const enumValues = inner.enumValues ?? inner.enum?.enumValues;
  const value = describeDefault(column, drizzle);
  return {
    key,
    name: column.name,
    ...(column.keyAsName && { nameFromKey: true }),
    sqlType,
    notNull: Boolean(column.notNull),
    hasDefault: Boolean(column.hasDefault),
    ...(value && { default: value }),
    ...(column.onUpdateFn && { onUpdate: true }),
    primary: Boolean(column.primary),
    unique: Boolean(column.isUnique),
    ...(column.isUnique && column.uniqueName && { uniqueName: column.uniqueName }),
    ...(column.isUnique && column.uniqueType === 'not distinct' && { nullsNotDistinct: true }),
    isArray: dimensions > 0,
    ...(dimensions > 1 && { dimensions }),
    ...(enumValues?.length && { enumValues: [...enumValues] }),
    ...(inner.enum?.enumName && { enumName: inner.enum.enumName, ...(inner.enum.schema && { enumSchema: inner.enum.schema }) }),
    ...(column.generated && { generated: column.generated.type ?? 'always' }),
    ...(column.generatedIdentity && { identity: column.generatedIdentity.type }),
    ...(column.autoIncrement && { autoIncrement: true }),
  };
}

// `mapArrayElements` tells an array from a vector, which has `dimensions` of another kind.
function unwrapArray(column, line) {
  let dimensions = line === '1.0' && column.mapArrayElements ? column.dimensions : 0;
  let inner = column;
  for (; inner.baseColumn && /Array$/.test(inner.columnType); inner = inner.baseColumn) dimensions++;
  return { inner, dimensions };
}

function describeDefault(column, { is, orm }) {
  if (column.default !== undefined)
    return is(column.default, orm.SQL) ? { kind: 'sql', value: sqlText(column.default, { is, orm }) } : { kind: 'value', value: plain(column.default) };
  if (column.defaultFn !== undefined) return { kind: 'fn' };
  if (column.onUpdateFn !== undefined) return { kind: 'onUpdateFn' };
  return undefined;
}

const plain = (value) => JSON.parse(JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? String(part) : part)));

function sqlText(sql, drizzle) {
  const { is, orm } = drizzle;
  const text = sql.queryChunks.map((chunk) => {
    if (is(chunk, orm.StringChunk)) return [chunk.value].flat().join('');
    if (is(chunk, orm.SQL)) return sqlText(chunk, drizzle);
    if (is(chunk, orm.Column) || is(chunk, orm.Name)) return `"${chunk.name ?? chunk.value}"`;
    if (is(chunk, orm.Table)) return `"${chunk[orm.Table.Symbol.Name]}"`;
    return JSON.stringify(is(chunk, orm.Param) ? chunk.value : chunk);
  });
  return text.join('').replace(/\s+/g, ' ').trim();
}

const names = (columns) => columns.map((column) => column.name);
