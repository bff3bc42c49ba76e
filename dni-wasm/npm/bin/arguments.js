/** What a command was called with, read by Node's own reader of command lines. */

import { parseArgs } from 'node:util';

/** @typedef {import('node:util').ParseArgsConfig['options']} Options what a command knows, in the form of `parseArgs` */

/**
 * @param {string[]} args
 * @param {Options} options
 * @param {string} subject what the one word is that is no option, in the words of an error: `flow`
 * @returns {{subject: string, values: Record<string, any>}}
 */
export function parse(args, options, subject) {
  const { subjects: [first, ...more], values } = parseAll(args, options, subject);
  if (more.length) throw wrongUse(`one ${subject} at a time`);
  return { subject: first, values };
}

/**
 * The same where there may be several of them.
 *
 * @param {string[]} args
 * @param {Options} options
 * @param {string} subject
 * @returns {{subjects: string[], values: Record<string, any>}}
 */
export function parseAll(args, options, subject) {
  let parsed;
  try {
    parsed = parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw wrongUse(/** @type {Error} */ (error).message);
  }
  const { positionals: subjects, values } = parsed;
  if (subjects.length === 0) throw wrongUse(`which ${subject}?`);
  return { subjects, values };
}

/**
 * Makes an error behind which the usage is shown.
 *
 * @param {string} message
 */
export function wrongUse(message) {
  return Object.assign(new Error(message), { isUsage: true });
}
