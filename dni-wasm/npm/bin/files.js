/** JSON files that a command is given; `-` is what is piped to it. */

import { readFileSync } from 'node:fs';

/**
 * Reads a file as text: what is no JSON is the tools' to say.
 *
 * @param {string} name
 */
export function read(name) {
  try {
    return readFileSync(name === '-' ? process.stdin.fd : name, 'utf8');
  } catch (error) {
    throw new Error(`${name} cannot be read: ${/** @type {NodeJS.ErrnoException} */ (error).code}`);
  }
}

/**
 * The flows that a flow can go on in: an object of flows by name.
 *
 * @param {string} name
 */
export function readFlows(name) {
  const flows = parsed(name);
  if (flows === null || typeof flows !== 'object' || Array.isArray(flows)) throw new Error(`${name} must hold an object of flows by name`);
  return flows;
}

/**
 * Reads a file whose JSON is looked at here.
 *
 * @param {string} name
 */
export function parsed(name) {
  try {
    return JSON.parse(read(name));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Error(`${name} is no JSON: ${error.message}`);
  }
}
