// What becomes of one case: both twins, on both lines.
import fs from 'node:fs';
import path from 'node:path';
import { writeRepository } from './case.mjs';
import { kit, migrations } from './kit.mjs';
import { ask } from './orm.mjs';
import { apply } from './postgres.mjs';

/** { broken: { line: outcome }, fixed: … }; throws when the corrected twin is not accepted. */
export async function record(it, folder) {
  const recorded = {};
  for (const twin of it.fixed ? ['broken', 'fixed'] : ['broken']) {
    recorded[twin] = {};
    for (const line of it.lines) {
      const outcome = await outcomeOf(it, line, twin, path.join(folder, line, `${it.name}-${twin}`));
      if (twin === 'fixed') refuse(outcome, `${it.name}, corrected, with drizzle-kit ${line}`);
      recorded[twin][line] = outcome;
    }
  }
  return recorded;
}

async function outcomeOf(it, line, twin, folder) {
  fs.mkdirSync(folder);
  writeRepository(it, line, twin, folder);
  const outcome = {};
  for (const command of it.run) outcome[command] = await kit(folder, command);
  const sql = migrations(folder);
  outcome.sql = sql.flatMap((statement) => statement.split('\n'));
  const text = sql.join('\n');
  const missing = it.expects.filter((part) => !text.includes(part));
  const refused = it.run.some((command) => outcome[command].exit !== 0);
  if (!refused && missing.length) outcome.missing = missing; // a refusal loses nothing
  const isPostgres = /dialect: "postgresql"/.test(fs.readFileSync(path.join(folder, 'drizzle.config.ts'), 'utf8'));
  if (isPostgres && sql.length) Object.assign(outcome, await apply(`${it.name}-${twin}-${line}`, sql, read(folder, 'probe.sql')));
  if (read(folder, 'probe.ts')) outcome.orm = await ask(folder);
  return outcome;
}

function read(folder, file) {
  const at = path.join(folder, file);
  return fs.existsSync(at) ? fs.readFileSync(at, 'utf8') : undefined;
}

function refuse({ missing, postgres, probes = [], orm = {}, ...commands }, at) {
  const errors = [
    ...Object.values(commands).map(({ exit, says }) => exit && `exit ${exit}: ${says.join(' ')}`),
    missing && `misses ${missing.join(', ')}`,
    postgres?.error,
    ...probes.map(({ error }) => error),
    ...Object.values(orm).map(({ throws }) => throws),
  ].filter(Boolean);
  if (errors.length) throw new Error(`${at}: ${errors.join('; ')}`);
}
