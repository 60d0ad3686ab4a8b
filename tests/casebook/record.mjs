#!/usr/bin/env node
// Records what drizzle-kit, PostgreSQL and drizzle-orm make of every case in cases/.
//   node record.mjs [--check] [NAME...]
// Without --check the recordings (cases/NAME/recorded.json) and the table in README.md are rewritten; with it they are
// only compared, and the exit code is 1 if one differs.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { diff } from '../truth/lib/diff.mjs';
import { caseNames, readCase, CASES } from './lib/case.mjs';
import { install } from './lib/install.mjs';
import { record } from './lib/record.mjs';
import { readme } from './lib/table.mjs';

const HERE = fileURLToPath(new URL('./', import.meta.url));
const AT_ONCE = 2;

async function main(args) {
  const check = args.includes('--check');
  const named = args.filter((arg) => arg !== '--check').map((arg) => path.basename(arg));
  const names = named.length ? named : caseNames();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'casebook-'));
  const count = { same: 0, other: 0, failed: 0 };
  try {
    install(folder);
    const queue = [...names];
    const work = async () => {
      for (let name = queue.shift(); name; name = queue.shift()) count[await handle(name, folder, check)] += 1;
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  if (count.failed === 0) count[settle(path.join(HERE, 'README.md'), 'README.md', readme(), check)] += 1;
  console.log(`${names.length} cases: ${count.same} files unchanged, ${count.other} ${check ? 'different' : 'written'}, ${count.failed} failed`);
  return count.failed || (check && count.other) ? 1 : 0;
}

async function handle(name, folder, check) {
  try {
    const recorded = await record(readCase(name), folder);
    return settle(path.join(CASES, name, 'recorded.json'), name, `${JSON.stringify(recorded, null, 2)}\n`, check);
  } catch (error) {
    console.error(`${name}: ${error.stack}`);
    return 'failed';
  }
}

function settle(file, name, text, check) {
  const old = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  if (text === old) return 'same';
  console.log(check ? `${name}: the recording differs\n${diff(old, text)}` : `${name}: ${old ? 'updated' : 'recorded'}`);
  if (!check) fs.writeFileSync(file, text);
  return 'other';
}

// The packages are those of the neighbours; the server is started around a second run of this program.
if (process.env.CASEBOOK_SERVER) {
  process.exitCode = await main(process.argv.slice(2));
} else {
  for (const folder of ['../truth', '../postgres']) {
    const cwd = path.join(HERE, folder);
    if (!fs.existsSync(path.join(cwd, 'node_modules/.package-lock.json')))
      execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--silent'], { cwd, stdio: 'inherit' });
  }
  const server = spawn(path.join(HERE, '../postgres/with-server.sh'), [process.execPath, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, CASEBOOK_SERVER: '1' },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal));
  process.exitCode = await new Promise((resolve) => server.on('close', (code) => resolve(code ?? 130)));
}
