// Turns a loaded fixture into its recording: what drizzle-orm reports, in the vocabulary of the schema graph.
import { drizzleOf } from './drizzle.mjs';
import { casingFor, kitNames } from './kit.mjs';
import { findEntities } from './ownership.mjs';
import { describeRelations } from './relations.mjs';
import { describeTable, describeView } from './tables.mjs';

export async function describe(fixture) {
  const drizzle = drizzleOf(fixture);
  const found = findEntities(fixture.modules, drizzle);
  const context = { ...fixture, drizzle, found, refer: (table) => refer(table, found, drizzle) };

  const tables = [];
  for (const entity of found.table) {
    const kit = await kitNames(entity.value, context, casingFor(entity.owner.file, fixture.configs));
    tables.push({ ...describeTable(entity, context), ...kit });
  }
  const { relations, relationErrors } = describeRelations(context);
  return {
    drizzleOrm: fixture.line,
    configs: fixture.configs.map(({ file, config }) => describeConfig(file, config)),
    tables: [...tables, ...found.view.map((entity) => describeView(entity, context))].sort(byPlace),
    enums: found.enum.map(describeEnum).sort(byPlace),
    sequences: found.sequence.map(describeSequence).sort(byPlace),
    relations: relations.sort(byPlace),
    ...(fixture.thrown.length && { thrown: fixture.thrown }),
    ...(relationErrors.length && { relationErrors: relationErrors.sort(byPlace) }),
  };
}

function refer(table, found, { is, orm: { View, ViewBaseConfig } }) {
  const owner = found.owners.get(table);
  if (owner) return { file: owner.file, exportName: owner.exportName };
  const base = is(table, View) ? table[ViewBaseConfig ?? Symbol.for('drizzle:ViewBaseConfig')] : { schema: table[Symbol.for('drizzle:Schema')], name: table[Symbol.for('drizzle:Name')] };
  return { external: true, schema: base.schema ?? null, name: base.name };
}

const describeEnum = ({ value, owner }) => ({ ...owner, name: value.enumName, schema: value.schema ?? null, values: [...value.enumValues] });

const describeSequence = ({ value, owner }) => ({ ...owner, name: value.seqName, schema: value.schema ?? null });

const describeConfig = (file, config) => ({
  file,
  dialect: config.dialect ?? null,
  schema: config.schema ?? null,
  out: config.out ?? null,
  casing: config.casing ?? null,
});

// Plain code-unit order: the Rust side sorts bytes, and no name here is outside ASCII.
const place = ({ file, exportName }) => `${file}\0${exportName}`;
const byPlace = (a, b) => (place(a) < place(b) ? -1 : place(a) > place(b) ? 1 : 0);
