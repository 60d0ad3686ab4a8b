// drizzle-orm itself: runs `probe.ts` of a repository in a process of its own.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { normalise } from './kit.mjs';

const [TSX, ASK] = ['../../truth/node_modules/tsx/dist/esm/index.mjs', './ask.mjs'].map((file) => fileURLToPath(new URL(file, import.meta.url)));

/** { probe: { joins: [condition] }, { loads: true } or { throws: message } } */
export function ask(folder) {
  return new Promise((resolve, reject) => {
    const args = ['--import', TSX, ASK, path.join(folder, 'probe.ts')];
    execFile(process.execPath, args, { cwd: folder, timeout: 60_000, env: { ...process.env, NO_COLOR: '1' } }, (error, stdout, stderr) => {
      if (error) return reject(new Error(`probe.ts: ${stderr || error.message}`));
      const answers = JSON.parse(stdout);
      for (const answer of Object.values(answers)) if (answer.throws) answer.throws = normalise(answer.throws, folder).join(' ');
      resolve(answers);
    });
  });
}
