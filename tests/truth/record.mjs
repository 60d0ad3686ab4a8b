#!/usr/bin/env node
// Records what the real drizzle-orm says about every fixture in ../../fixtures/truth.
//   node record.mjs [--check] [NAME...]
// Without --check the recordings (fixtures/truth/NAME/truth.json) are rewritten; with it they are only compared.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from './lib/describe.mjs';
import { diff } from './lib/diff.mjs';
import { loadFixture } from './lib/load.mjs';

const FIXTURES = fileURLToPath(new URL('../../fixtures/truth/', import.meta.url));

async function main(args) {
  const check = args.includes('--check');
  const named = args.filter((arg) => arg !== '--check').map((arg) => path.basename(arg));
  const outcomes = [];
  for (const name of named.length ? named : fixtureNames()) outcomes.push(await handle(name, check));
  const count = (outcome) => outcomes.filter((it) => it === outcome).length;
  console.log(`${outcomes.length} fixtures: ${count('same')} unchanged, ${count('other')} ${check ? 'different' : 'written'}, ${count('failed')} failed`);
  return count('failed') || (check && count('other')) ? 1 : 0;
}

async function handle(name, check) {
  const target = path.join(FIXTURES, name, 'truth.json');
  const old = fs.existsSync(target) ? fs.readFileSync(target, 'utf8') : '';
  let recorded;
  try {
    recorded = JSON.stringify(await describe(await loadFixture(path.join(FIXTURES, name))), null, 2) + '\n';
  } catch (error) {
    console.error(`${name}: ${error.stack}`);
    return 'failed';
  }
  if (recorded === old) return 'same';
  console.log(check ? `${name}: the recording differs\n${diff(old, recorded)}` : `${name}: ${old ? 'updated' : 'recorded'}`);
  if (!check) fs.writeFileSync(target, recorded);
  return 'other';
}

const fixtureNames = () =>
  fs.readdirSync(FIXTURES).filter((name) => fs.existsSync(path.join(FIXTURES, name, 'package.json'))).sort();

process.exitCode = await main(process.argv.slice(2));
