// drizzle-kit as people run it: its exit code, what it says beyond the usual, and the SQL that it leaves.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const TIME = 60_000;

/** { exit, says: [line], sql: [statement] } of `drizzle-kit generate`. */
export async function generate(folder) {
  const before = migrations(folder);
  const { exit, says } = await run(folder, 'generate');
  const sql = migrations(folder).filter((file) => !before.includes(file))
    .flatMap((file) => fs.readFileSync(file, 'utf8').split('--> statement-breakpoint'))
    .map((statement) => statement.trim()).filter(Boolean);
  return { exit, says, sql };
}

/** { exit, says } of `drizzle-kit check`. */
export const check = (folder) => run(folder, 'check', '--dialect=postgresql', '--out=drizzle');

function migrations(folder) {
  const out = path.join(folder, 'drizzle');
  if (!fs.existsSync(out)) return [];
  return fs.readdirSync(out, { recursive: true }).filter((file) => file.endsWith('.sql')).sort().map((file) => path.join(out, file));
}

function run(folder, ...args) {
  return new Promise((resolve, reject) => {
    const bin = path.join(folder, '../node_modules/drizzle-kit/bin.cjs');
    const child = spawn(process.execPath, [bin, ...args], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIME,
      env: { PATH: process.env.PATH, HOME: folder, TMPDIR: process.env.TMPDIR, NO_COLOR: '1' },
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => (text += part));
    child.on('error', reject);
    child.on('close', (exit) => resolve({ exit, says: normalise(text, folder) }));
  });
}

/** The lines that another run, on another machine, would print too, without those that every run prints. */
export function normalise(text, folder) {
  return text
    .replaceAll(`file://${folder}`, '.').replaceAll(folder, '.').replaceAll(path.dirname(folder), '..')
    .replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '')
    .replace(/[\p{Extended_Pictographic}\ufe0f]/gu, '')
    .split('\n').map((line) => line.trim())
    .filter((line) => line && !USUAL.some((usual) => usual.test(line)));
}

const USUAL = [
  /^No config path provided/, /^Reading config file/, /^Reading schema files/, /^\d+ (tables|enums)$/, /\d+ columns \d+ indexes/,
  /^\[✓\] Your SQL migration/, /^\.?\.\/\S+\.ts$/, /^at .*:\d+:\d+\)?$/, /^at (async )?\S+( \(<anonymous>\))?$/, /^at .*<anonymous>/, /^at .*node:/, /^Node\.js v/,
];
