// The table in README.md, out of the recordings. tests/casebook.rs copies its rows into the pages of the rules.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { caseNames, LINES, readCase, rulesOf, versions } from './case.mjs';

const README = fileURLToPath(new URL('../README.md', import.meta.url));
const [BEGIN, END] = ['<!-- cases -->\n', '<!-- /cases -->'];

/** README.md with the table as it must be. */
export function readme() {
  const text = fs.readFileSync(README, 'utf8');
  const [before, rest] = text.split(BEGIN);
  const [, after] = rest.split(END);
  const head = ['case', 'mistake', 'rule', ...LINES.map((line) => `drizzle-kit ${versions(line)['drizzle-kit']}`), 'PostgreSQL', 'drizzle-orm'];
  const rows = caseNames().flatMap((name) => rowsOf(readCase(name)));
  const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
  return `${before}${BEGIN}\n${table}\n${END}${after}`;
}

/** One row; one for each probe where drizzle-orm was asked several things. */
function rowsOf(it) {
  const file = path.join(it.folder, 'recorded.json');
  if (!fs.existsSync(file)) return [];
  const { broken } = JSON.parse(fs.readFileSync(file, 'utf8'));
  const probes = [...new Set(LINES.flatMap((line) => Object.keys(broken[line]?.orm ?? {})))];
  return (probes.length ? probes : [undefined]).map((probe) => {
    const one = probes.length > 1 && probe.replaceAll(' ', '-');
    return [
      `[${it.name}](cases/${it.name})`,
      cell(one ? `${it.title}: ${probe}` : it.title),
      rulesOf(it, one).map((rule) => `\`${rule}\``).join(', ') || '–',
      ...LINES.map((line) => cell(kit(broken[line]))),
      cell(perLine(broken, postgres)),
      cell(perLine(broken, ({ orm }) => orm && answer(orm[probe]))),
    ];
  });
}

function kit(outcome) {
  if (!outcome) return '–';
  const { generate, check, missing = [], sql } = outcome;
  const said = [];
  if (generate) {
    said.push(`exit ${generate.exit}`);
    if (generate.says.length) said.push(`${generate.exit === 0 && !sql.length ? 'no SQL: ' : ''}${quoted(first(generate.says))}`);
    else if (missing.length) said.push(`but no ${missing.map(quoted).join(', no ')}`);
  }
  if (check) said.push(`\`check\`: exit ${check.exit}, ${quoted(first(check.says))}`);
  if (!generate && missing.length) said.push(`but no ${missing.map(quoted).join(', no ')}`);
  return said.join(', ');
}

function postgres({ postgres, probes = [] }) {
  if (!postgres) return undefined;
  if (postgres.error) return refusal(postgres.error);
  const last = probes.at(-1);
  if (!last) return 'accepts the SQL';
  const then = last.error ? refusal(last.error) : last.rows ? `gives ${quoted(Object.values(last.rows[0] ?? {}).join(', '))}` : 'is accepted';
  return `accepts the SQL; ${quoted(last.sql)} ${last.error ? 'fails: ' : ''}${then}`;
}

const answer = ({ throws, joins }) => (throws ? quoted(throws) : joins ? `joins ${joins.map(quoted).join(', ')}` : 'loads');

/** What both lines have in common once, else one after the other. */
function perLine(outcomes, describe) {
  const said = LINES.map((line) => [line, outcomes[line] && describe(outcomes[line])]).filter(([, text]) => text);
  if (said.length === 0) return '–';
  const asked = LINES.filter((line) => outcomes[line]);
  const same = said.length === asked.length && said.every(([, text]) => text.replaceAll('_fkey', '_fk') === said[0][1]);
  return same ? said[0][1] : said.map(([line, text]) => `${line}: ${text}`).join('; ');
}

function refusal(error) {
  const [, state, message] = /^(\w{5}) (.*)$/s.exec(error);
  return `${state} ${quoted(message)}`;
}

const LENGTH = 180;
const first = ([line]) => line.replace(/^(Warning|Error)\s+/, '');

function quoted(text) {
  const short = text.length > LENGTH ? `${text.slice(0, LENGTH).trimEnd()} …` : text;
  return short.includes('`') ? `\`\` ${short} \`\`` : `\`${short}\``;
}

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
