// What becomes of one case: both twins, on both lines.
import fs from 'node:fs';
import path from 'node:path';
import { writeRepository } from './case.mjs';
import { generate, check } from './kit.mjs';
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
  const { exit, says, sql } = await generate(folder);
  const outcome = { kit: { exit, says } };
  if (it.check) outcome.kitCheck = await check(folder);
  outcome.sql = sql.flatMap((statement) => statement.split('\n'));
  const text = sql.join('\n');
  const missing = it.expects.filter((part) => !text.includes(part));
  if (exit === 0 && missing.length) outcome.missing = missing; // a refusal loses nothing
  const isPostgres = /dialect: "postgresql"/.test(fs.readFileSync(path.join(folder, 'drizzle.config.ts'), 'utf8'));
  if (isPostgres && sql.length) Object.assign(outcome, await apply(`${it.name}-${twin}-${line}`, sql, read(folder, 'probe.sql')));
  if (read(folder, 'probe.ts')) outcome.orm = await ask(folder);
  return outcome;
}

function read(folder, file) {
  const at = path.join(folder, file);
  return fs.existsSync(at) ? fs.readFileSync(at, 'utf8') : undefined;
}

function refuse({ kit, missing, postgres, probes = [], orm = {} }, at) {
  const errors = [
    kit.exit !== 0 && `exit ${kit.exit}: ${kit.says.join(' ')}`,
    missing && `misses ${missing.join(', ')}`,
    postgres?.error,
    ...probes.map(({ error }) => error),
    ...Object.values(orm).map(({ throws }) => throws),
  ].filter(Boolean);
  if (errors.length) throw new Error(`${at}: ${errors.join('; ')}`);
}
