/** What a script tag says of itself. */

/** @import { TagOptions } from './types.d.ts' */

/** The options that are words: which are known, and what any other is taken for, so that a slip tracks and takes less, not more. */
export const WORDS = /** @type {const} */ ([
  ['consent', /^(required|google|tcf|auto)$/, 'required'],
  ['dnt', /^respect$/, 'respect'],
  ['lease', /^(always|visible|touched|)$/, 'touched'],
]);

/** The words for `data-consent` by which a tool of the page is asked: it says anew on every page what was said before. */
export const HAS_TOOL = /^(google|tcf|auto)$/;

/**
 * Reads a tag's `data-` attributes. Tag managers that cannot write those put them into the tag's address.
 *
 * @param {HTMLScriptElement} script
 * @returns {TagOptions}
 */
export function optionsOf({ dataset, src, attributes }) {
  /** @type {Record<string, string>} */
  const options = {};
  for (const [name, value] of src ? new URL(src).searchParams : []) {
    options[name.toLowerCase().replace('data-', '').replace(/^cookie-?d/, 'cookieD')] = value;
  }
  // Whoever forgets `data-` before a protection means it all the same.
  for (const { name, value } of attributes) if (/^(consent|dnt)$/.test(name)) options[name] = value;
  return /** @type {TagOptions} */ ({ ...options, ...dataset });
}
