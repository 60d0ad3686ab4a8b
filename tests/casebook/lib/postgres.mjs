// A real PostgreSQL, an empty database: does the SQL apply, and what do later statements say.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../postgres/package.json', import.meta.url));
const pg = require('pg');

/**
 * { postgres: { applies } or { error, statement }, probes: [{ sql, rows or error }] }. The SQL runs in one transaction, as a
 * migration does; probes run one by one where it was accepted.
 */
export async function apply(name, statements, probes) {
  const quoted = pg.escapeIdentifier(name.slice(0, 63));
  await connected('postgres', (client) => client.query(`create database ${quoted}`));
  try {
    return await connected(name.slice(0, 63), async (client) => {
      await client.query('begin');
      for (const statement of statements) {
        const { error } = await outcome(client, statement);
        if (error) return { postgres: { error, statement: statement.replace(/\s+/g, ' ') } };
      }
      await client.query('commit');
      const answers = [];
      for (const sql of split(probes)) answers.push({ sql, ...(await outcome(client, sql)) });
      return { postgres: { applies: true }, ...(answers.length ? { probes: answers } : {}) };
    });
  } finally {
    await connected('postgres', (client) => client.query(`drop database ${quoted} with (force)`));
  }
}

/** A probe ends with a semicolon at the end of its line; lines of comments are not part of it. */
const split = (text = '') =>
  text.replace(/^--.*$/gm, '').split(/;\s*$/m).map((sql) => sql.trim().replace(/\s+/g, ' ')).filter(Boolean);

async function outcome(client, sql) {
  try {
    const { rows, notices } = { ...(await client.query(sql)), notices: client.notices.splice(0) };
    return { ...(rows?.length ? { rows } : {}), ...(notices.length ? { notices } : {}) };
  } catch (error) {
    client.notices.length = 0;
    if (!error.code) throw error;
    // The details of class 42 are about the schema, those of others about rows. PostgreSQL 18 words one of them in its own way.
    const detail = error.code.startsWith('42') && error.detail ? `: ${error.detail.replace(/ of the referenc(ing|ed) table/g, '')}` : '';
    return { error: `${error.code} ${error.message}${detail}` };
  }
}

async function connected(database, use) {
  const client = new pg.Client({ database });
  client.notices = [];
  client.on('error', () => {}); // `with (force)` ends the connection
  client.on('notice', ({ message }) => client.notices.push(message));
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
