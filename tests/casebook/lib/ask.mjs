// Runs the probes of one probe.ts. Every probe is a function of its own:
//   export const schema = …        0.45: what drizzle() gets; `relations` in 1.0
//   export const probes = { "what it shows": (db) => db.query.users.findMany({ with: { posts: true } }) }
// A query is not sent anywhere: the columns that it joins are the answer.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const file = process.argv[2];
const answers = {};
const { drizzle } = await import(pathToFileURL(createRequire(file).resolve('drizzle-orm/pg-proxy')).href);
const { schema, relations, probes } = await import(pathToFileURL(file).href);
for (const [name, probe] of Object.entries(probes)) {
  try {
    const query = await built(() => probe(drizzle(async () => ({ rows: [] }), { schema, relations })));
    answers[name] = query ? { joins: joins(query) } : { loads: true };
  } catch (error) {
    answers[name] = { throws: `${error.name}: ${error.message}` };
  }
}
process.stdout.write(JSON.stringify(answers));

/** The SQL of a query, without waiting for it; anything else is waited for. */
async function built(make) {
  const made = make();
  if (made?.toSQL) return made.toSQL().sql;
  await made;
}

function joins(sql) {
  return [...new Set([...sql.matchAll(/"([^"]+)"\."([^"]+)" = "([^"]+)"\."([^"]+)"/g)].map(([condition]) => condition.replaceAll('"', '')))];
}
