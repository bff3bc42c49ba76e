/** What stands in the edge's stores, past the edge: the rows of its databases, of KV, of the names in R2, and of its objects. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Kinds of stores by their folders; all others are classes of objects. */
const FOLDERS = { D1: 'd1', KV: 'kv', R2: 'r2' };
/** Every kind. */
export const KINDS = ['D1', 'KV', 'R2', 'Pool', 'Call', 'Callers', 'Watch'];

/**
 * Every row of a kind of store, as text: kind, table, values.
 *
 * @param {string} stateDir
 * @param {string} kind
 */
export const storedRows = (stateDir, kind) => filesOf(stateDir, kind).flatMap((file) => rowsOf(file, kind));

/**
 * The files of a kind of store: one for each database and each object.
 *
 * @param {string} stateDir
 * @param {string} kind
 */
export function filesOf(stateDir, kind) {
  const folder = path.join(stateDir, 'v3', FOLDERS[kind] ?? 'do');
  const names = readdirSync(folder, { recursive: true }).map(String).filter((name) => /[0-9a-f]{64}\.sqlite$/.test(name));
  return names.filter((name) => kind in FOLDERS || name.includes(kind)).map((name) => path.join(folder, name));
}

/**
 * Every row of one file, as text.
 *
 * @param {string} file
 * @param {string} kind
 */
export function rowsOf(file, kind) {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB 'call_search_*'").all();
    return tables.flatMap(({ name }) => {
      const statement = database.prepare(`SELECT * FROM "${name}"`);
      statement.setReadBigInts(true);
      return statement.all().map((row) => `${kind} ${name} ${Object.values(row).map(textOf).join(' ')}`);
    });
  } finally {
    database.close();
  }
}

const textOf = (value) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value));
