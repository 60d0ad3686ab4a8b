// Relations of both APIs. v1 is inferred lazily by drizzle (a wrong relation fails only in a query), so what
// drizzle answers when a query uses it is recorded beside the declaration.

export function describeRelations(context) {
  const relationErrors = [];
  const v1 = describeV1(context, relationErrors);
  return { relations: [...v1, ...describeV2(context)], relationErrors };
}

function describeV1(context, relationErrors) {
  const { drizzle: { is, relationsV1: api }, found, refer } = context;
  const declared = found.relationsV1.flatMap((entity) => {
    try {
      const members = entity.value.config(api.createTableRelationsHelpers(entity.value.table));
      return Object.entries(members).map(([name, relation]) => ({ ...entity, table: entity.value.table, name, relation }));
    } catch (error) {
      relationErrors.push({ ...entity.owner, error: error.message });
      return [];
    }
  });
  // Several relations() of one table merge; the same name overwrites.
  const byTable = new Map();
  for (const { table, name, relation } of declared) byTable.set(table, { ...byTable.get(table), [name]: relation });
  const survives = ({ table, name, relation }) => byTable.get(table)[name] === relation;

  const sets = [...new Set(declared.map(({ value }) => value))];
  return declared.map((declaration) => {
    const { owner, table, name, relation } = declaration;
    const one = is(relation, api.One);
    return {
      ...owner,
      api: 'v1',
      table: refer(table),
      name,
      ...(!survives(declaration) && { overwritten: true }),
      kind: one ? 'one' : 'many',
      referencedTable: refer(relation.referencedTable),
      ...(one && relation.config && { fields: names(relation.config.fields), references: names(relation.config.references ?? []) }),
      ...(relation.relationName && { relationName: relation.relationName }),
      ...(survives(declaration) && ask(declaration, sets, context)),
    };
  });
}

// What a query with the relation makes of it, in a schema of one object for each database table: this table, that it
// leads to, else the first.
function ask({ table, name, relation }, sets, context) {
  const { line, require, drizzle: { is, relationsV1: api, dialectOf }, found, refer } = context;
  const { referencedTable } = relation;
  if (table !== referencedTable && uniqueName(table) === uniqueName(referencedTable)) throw new Error(`relation ${name}: a table leads to another object of itself`);
  const objects = new Map();
  for (const object of [table, referencedTable, ...found.table.map(({ value }) => value)])
    if (!objects.has(uniqueName(object))) objects.set(uniqueName(object), object);
  const schema = {};
  for (const object of objects.values()) {
    const key = refer(object).exportName?.split('.').at(-1);
    if (key) schema[key in schema ? `${key}${Object.keys(schema).length}` : key] = object;
  }
  sets.filter((set) => objects.get(uniqueName(set.table)) === set.table).forEach((set, i) => { schema[`relations ${i}`] = set; });
  const { tables, tableNamesMap } = api.extractTablesRelationalConfig(schema, api.createTableRelationsHelpers);
  const key = tableNamesMap[uniqueName(table)];
  const proxy = line === '0.45' && key !== undefined && PROXIES[dialectOf(table)?.name];
  try {
    if (proxy) require(proxy).drizzle(async () => ({ rows: [] }), { schema, mode: 'default' }).query[key].findMany({ with: { [name]: true } }).toSQL();
    if (is(relation, api.One) && relation.config) return {};
    const { fields, references } = api.normalizeRelation(tables, tableNamesMap, tables[key].relations[name]);
    return { inferredFields: names(fields), inferredReferences: names(references) };
  } catch (error) {
    return { inferError: error.message };
  }
}

const PROXIES = { postgresql: 'drizzle-orm/pg-proxy', mysql: 'drizzle-orm/mysql-proxy', sqlite: 'drizzle-orm/sqlite-proxy' };

const uniqueName = (table) => `${table[Symbol.for('drizzle:Schema')] ?? 'public'}.${table[Symbol.for('drizzle:Name')]}`;

function describeV2({ found, refer }) {
  const seen = new Set(); // parts merged by spreading hold the same relation objects
  return found.relationsV2.flatMap(({ value, owner }) => Object.values(value).flatMap(({ table, relations }) =>
    Object.entries(relations).flatMap(([name, relation]) => {
      if (seen.has(relation)) return [];
      seen.add(relation);
      return [{
        ...owner,
        api: 'v2',
        table: refer(table),
        name,
        kind: relation.relationType,
        referencedTable: refer(relation.targetTable),
        fields: relation.sourceColumns.map(columnName),
        references: relation.targetColumns.map(columnName),
        ...(relation.alias && { relationName: relation.alias }),
        ...(relation.optional === false && { optional: false }),
        ...(relation.through && { through: {
          table: refer(relation.throughTable),
          source: relation.through.source.map(columnName),
          target: relation.through.target.map(columnName),
        } }),
        ...(relation.where && Object.keys(relation.where).length && { where: true }),
      }];
    })));
}

const columnName = (column) => column._?.column?.name ?? column._?.key ?? column.name;
const names = (columns) => columns.map((column) => column.name);
