/** Sites of a deployment: asked for, and as files that are compared with it and published again. */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { wrongUse } from './arguments.js';

/** The versions that the files were made of, beside them. */
const VERSIONS = 'versions.json';
/** What the deployment adds to a site: none of it is the owner's. */
const ADDED = ['id', 'version', 'updated_at', 'warnings', 'publishing'];
/** Milliseconds that the deployment may take. */
const LIMIT_MS = 30_000;
/** Most bytes of an answer that are read: a page of sites has about two million. */
const MAX_ANSWER = 8 << 20;
/** Most pages of sites that are read. */
const MAX_PAGES = 1_000;
const NAME = /^[a-z\d-]{3,40}$/;

/** How a command finds the deployment, in its usage. */
export const EDGE_USAGE = `  --edge URL       the address of the deployment; also $DNI_EDGE
`;

/** Where a command has its key from, in its usage. */
export const KEY_USAGE = `
The key stands in $DNI_KEY: one with the scope that the command needs, of docs/members.md. It is no option, as options of a command can be
seen by whoever looks at the machine.
`;

/** What is the same for the commands that work with files, in their usage. */
export const COMMON_USAGE = `${EDGE_USAGE}  --folder FOLDER  where the files are; 'sites' if it is not given
${KEY_USAGE}`;

/** @type {NonNullable<import('./arguments.js').Options>} */
const OPTIONS = { edge: { type: 'string' }, folder: { type: 'string' }, force: { type: 'boolean' } };

/**
 * What a command works with.
 *
 * @typedef {object} Work
 * @property {string[]} names the sites that were named
 * @property {boolean} force
 * @property {Folder} folder
 * @property {Ask} ask
 *
 * @typedef {(method: string, site: string, options?: {body?: object, headers?: Record<string, string>}) => Promise<Answer>} Ask
 * @typedef {{status: number, json: any}} Answer
 * @typedef {{place: string, before?: unknown, after?: unknown}} Change
 */

/**
 * Reads what a command was called with.
 *
 * @param {string[]} args
 * @param {string[]} options those that the command takes
 * @returns {Work}
 */
export function begin(args, options = ['edge', 'folder']) {
  let parsed;
  try {
    parsed = parseArgs({ args, options: Object.fromEntries(options.map((name) => [name, OPTIONS[name]])), allowPositionals: true });
  } catch (error) {
    throw wrongUse(/** @type {Error} */ (error).message);
  }
  const values = /** @type {{edge?: string, folder?: string, force?: boolean}} */ (parsed.values);
  const ask = connect(values.edge);
  parsed.positionals.forEach(requireName);
  return { names: parsed.positionals, force: values.force === true, folder: new Folder(values.folder ?? 'sites'), ask };
}

/**
 * Finds the deployment and the key.
 *
 * @param {string | undefined} named the address, where an option names it
 * @returns {Ask}
 */
export function connect(named) {
  const edge = named ?? process.env.DNI_EDGE;
  const key = process.env.DNI_KEY;
  if (!edge || !URL.canParse(edge)) throw wrongUse('which deployment? Name its address with --edge, or in $DNI_EDGE');
  if (!key) throw wrongUse('put the key into $DNI_KEY');
  return asker(edge, key);
}

/** @param {string} name */
export function requireName(name) {
  if (!NAME.test(name)) throw wrongUse(`${name} is no name of a site`);
}

/**
 * @param {string} edge
 * @param {string} key
 * @returns {Ask}
 */
function asker(edge, key) {
  return async (method, site, { body, headers = {} } = {}) => {
    const url = new URL(`/v1/sites${site.replace(/^(?=[^?])/, '/')}`, edge);
    let response;
    try {
      response = await fetch(url, {
        method, redirect: 'error', signal: AbortSignal.timeout(LIMIT_MS), body: body && JSON.stringify(body),
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      });
    } catch (error) {
      throw new Error(`${url.origin} does not answer: ${/** @type {Error} */ (error).message}`);
    }
    const text = await response.text();
    if (text.length > MAX_ANSWER) throw new Error(`${url.origin} answers too much`);
    try {
      return { status: response.status, json: JSON.parse(text) };
    } catch {
      throw new Error(`${url.origin} answers ${response.status}, and no JSON: is it the address of a deployment?`);
    }
  };
}

/**
 * Lists all sites that the key sees, page by page.
 *
 * @param {Work['ask']} ask
 * @returns {Promise<{id: string, version: number}[]>}
 */
export async function allSites(ask) {
  const sites = [];
  let cursor;
  for (let page = 0; page < MAX_PAGES && cursor !== null; page += 1) {
    const answer = await ask('GET', cursor ? `?cursor=${encodeURIComponent(cursor)}` : '');
    if (answer.status !== 200) throw new Error(refusal(answer));
    sites.push(...answer.json.sites);
    cursor = answer.json.next_cursor ?? null;
  }
  return sites;
}

/**
 * Says why something was refused, fault by fault.
 *
 * @param {Answer} answer
 */
export function refusal({ status, json }) {
  const { message = `it answers ${status}`, faults = [] } = json?.error ?? {};
  return [message, ...faults.map((/** @type {{place: string, message: string}} */ fault) => `  ${fault.place || 'the site'}: ${fault.message}`)].join('\n');
}

/**
 * Writes what is different, a line for each place.
 *
 * @param {{changes: Change[], more?: number}} difference
 */
export function written({ changes, more = 0 }) {
  const lines = changes.map(({ place, before, after }) => {
    const [old, fresh] = [before, after].map((value) => JSON.stringify(value));
    if (old === undefined) return `  + ${place}: ${fresh}`;
    return fresh === undefined ? `  - ${place}: ${old}` : `  ~ ${place}: ${old} → ${fresh}`;
  });
  return [...lines, ...(more ? [`  … and ${more} more`] : [])].join('\n');
}

/** A folder with a file for each site. */
export class Folder {
  /** @param {string} folder */
  constructor(folder) {
    this.path = folder;
  }

  /** The sites that have a file. */
  names() {
    try {
      return readdirSync(this.path).filter((file) => file.endsWith('.json') && NAME.test(file.slice(0, -5)) && file !== VERSIONS).map((file) => file.slice(0, -5)).sort();
    } catch {
      throw new Error(`there is no folder ${this.path}: pull first, or name one with --folder`);
    }
  }

  /** @param {string} site */
  file(site) {
    return path.join(this.path, `${site}.json`);
  }

  /**
   * @param {string} site
   * @returns {object}
   */
  read(site) {
    let text;
    try {
      text = readFileSync(this.file(site), 'utf8');
    } catch {
      throw new Error(`there is no ${this.file(site)}`);
    }
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new Error(`${this.file(site)} is no JSON: ${/** @type {Error} */ (error).message}`);
    }
  }

  /**
   * @param {string} site
   * @param {Record<string, unknown>} record as the deployment tells it
   */
  write(site, record) {
    const document = Object.fromEntries(Object.entries(record).filter(([name]) => !ADDED.includes(name)));
    mkdirSync(this.path, { recursive: true });
    writeFileSync(this.file(site), `${JSON.stringify(document, undefined, 2)}\n`);
    this.keepVersion(site, /** @type {number} */ (record.version));
  }

  /** @returns {Record<string, number>} */
  versions() {
    try {
      return JSON.parse(readFileSync(path.join(this.path, VERSIONS), 'utf8'));
    } catch {
      return {};
    }
  }

  /**
   * Notes which version a file is.
   *
   * @param {string} site
   * @param {number} version
   */
  keepVersion(site, version) {
    const all = Object.entries({ ...this.versions(), [site]: version }).sort(([one], [other]) => (one < other ? -1 : 1));
    writeFileSync(path.join(this.path, VERSIONS), `${JSON.stringify(Object.fromEntries(all), undefined, 2)}\n`);
  }
}
