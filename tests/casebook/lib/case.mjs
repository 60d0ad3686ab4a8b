// A case: what case.json says, and its two repositories, the mistake and the corrected twin.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const CASES = fileURLToPath(new URL('../cases/', import.meta.url));
const TEMPLATE = fileURLToPath(new URL('../template/', import.meta.url));

/** drizzle-kit's lines; each folder of template/ but common/ is one. */
export const LINES = ['0.31', '1.0'];

/** What template/ asks for: { 'drizzle-orm': version, 'drizzle-kit': version }. */
export const versions = (line) => JSON.parse(fs.readFileSync(path.join(TEMPLATE, line, 'package.json'), 'utf8')).dependencies;

/** What is said of a case and is no part of its repository. */
const ASIDE = ['case.json', 'recorded.json', 'fixed'];

export const caseNames = () =>
  fs.readdirSync(CASES).filter((name) => fs.existsSync(path.join(CASES, name, 'case.json'))).sort();

/** case.json with its defaults, see README.md; `fixed` says whether there is a corrected twin. */
export function readCase(name) {
  const folder = path.join(CASES, name);
  const { title, lines = LINES, harmless = [], expects = [], run = ['generate'], ...unknown } = JSON.parse(fs.readFileSync(path.join(folder, 'case.json'), 'utf8'));
  if (!title || Object.keys(unknown).length) throw new Error(`${name}/case.json: ${title ? `unknown ${Object.keys(unknown)}` : 'no title'}`);
  return { name, folder, title, lines, harmless, expects, run, fixed: fs.existsSync(path.join(folder, 'fixed')) };
}

/** Writes the repository of a case, without its marks: template, then the case, then `fixed/` over it. */
export function writeRepository({ folder }, line, twin, target) {
  const layers = [path.join(TEMPLATE, 'common'), path.join(TEMPLATE, line), folder];
  if (twin === 'fixed') layers.push(path.join(folder, 'fixed'));
  for (const layer of layers) {
    for (const file of filesOf(layer)) {
      const to = path.join(target, file);
      fs.mkdirSync(path.dirname(to), { recursive: true });
      fs.writeFileSync(to, fs.readFileSync(path.join(layer, file), 'utf8').replace(MARK, ''));
    }
  }
}

const MARK = / \/\/~ (.*)$/gm;

/** The rules that the marks of a case name, or those of its files of one name (without folder and ending). */
export function rulesOf({ folder }, stem) {
  const files = filesOf(folder);
  const named = files.filter((file) => path.parse(file).name === stem);
  const texts = (named.length ? named : files).map((file) => fs.readFileSync(path.join(folder, file), 'utf8'));
  const rules = texts.flatMap((text) => [...text.matchAll(MARK)]).flatMap(([, rules]) => rules.split(', '));
  return [...new Set(rules)].sort();
}

function filesOf(folder) {
  return fs.readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name)))
    .filter((file) => !ASIDE.includes(file.split(path.sep)[0]))
    .sort();
}
