// drizzle-kit as people run it: its exit code, what it says beyond the usual, and the SQL that it leaves.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const TIME = 60_000;

/** The statements of all migrations in the repository. */
export function migrations(folder) {
  const out = path.join(folder, 'drizzle');
  if (!fs.existsSync(out)) return [];
  return fs.readdirSync(out, { recursive: true }).filter((file) => file.endsWith('.sql')).sort()
    .flatMap((file) => fs.readFileSync(path.join(out, file), 'utf8').split('--> statement-breakpoint'))
    .map((statement) => statement.trim()).filter(Boolean);
}

const ARGUMENTS = { generate: [], check: ['--dialect=postgresql', '--out=drizzle'] }; // 0.31 asks `check` for them

/** { exit, says: [line] } of `drizzle-kit generate` or `check`. */
export function kit(folder, command) {
  return new Promise((resolve, reject) => {
    const bin = path.join(folder, '../node_modules/drizzle-kit/bin.cjs');
    const child = spawn(process.execPath, [bin, command, ...ARGUMENTS[command]], {
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
