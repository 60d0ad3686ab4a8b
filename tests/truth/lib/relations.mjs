// Relations of both APIs. v1 is inferred lazily by drizzle (a wrong relation fails only in a query), so what
// drizzle's own normalizeRelation would answer is recorded beside the declaration.

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

  const described = declared.map((declaration) => {
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
      ...(one && relation.config && { fields: names(relation.config.fields), references: names(relation.config.references) }),
      ...(relation.relationName && { relationName: relation.relationName }),
      ...(!(one && relation.config) && infer(relation, byTable.get(relation.referencedTable) ?? {}, context)),
    };
  });
  compareWithDrizzle(declared.filter(survives), described.filter((it) => !it.overwritten), context);
  return described;
}

// normalizeRelation() of drizzle-orm/src/relations.ts, by table object instead of by database name: the truth for
// a fixture that declares one database table twice.
function infer(relation, inverses, { drizzle: { is, relationsV1: api } }) {
  const { relationName, referencedTable, sourceTable } = relation;
  const candidates = Object.values(inverses).filter((other) =>
    relationName ? other !== relation && other.relationName === relationName : other.referencedTable === sourceTable);
  if (candidates.length > 1)
    return { inferError: relationName ? `multiple relations named "${relationName}"` : 'multiple relations between the two tables' };
  const [inverse] = candidates;
  if (!inverse || !is(inverse, api.One) || !inverse.config || !referencedTable) return { inferError: 'not enough information to infer relation' };
  return { inferredFields: names(inverse.config.references), inferredReferences: names(inverse.config.fields) };
}

// Guards infer(): wherever all database names are unique, drizzle itself must give the same answer.
function compareWithDrizzle(declared, described, { drizzle: { orm: { Table }, relationsV1: api }, found }) {
  const uniqueName = (table) => `${table[Table.Symbol.Schema] ?? 'public'}.${table[Table.Symbol.Name]}`;
  const count = new Map();
  for (const { value } of found.table) count.set(uniqueName(value), (count.get(uniqueName(value)) ?? 0) + 1);
  const unique = (table) => count.get(uniqueName(table)) === 1;

  const schema = {};
  for (const { value } of found.table) if (unique(value)) schema[`t${Object.keys(schema).length}`] = value;
  for (const value of new Set(declared.map((relation) => relation.value))) if (unique(value.table)) schema[`r${Object.keys(schema).length}`] = value;
  const { tables, tableNamesMap } = api.extractTablesRelationalConfig(schema, api.createTableRelationsHelpers);
  declared.forEach(({ table, name, relation }, i) => {
    if (!unique(table) || !unique(relation.referencedTable)) return;
    let error;
    let answer;
    try {
      answer = api.normalizeRelation(tables, tableNamesMap, tables[tableNamesMap[uniqueName(table)]].relations[name]);
    } catch (thrown) {
      error = thrown;
    }
    const { inferError, inferredFields, fields } = described[i];
    const agrees = error ? inferError !== undefined : String(names(answer.fields)) === String(inferredFields ?? fields);
    if (!agrees) throw new Error(`relation ${name}: drizzle says ${error?.message ?? names(answer.fields)}, recorded ${JSON.stringify(described[i])}`);
  });
}

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
