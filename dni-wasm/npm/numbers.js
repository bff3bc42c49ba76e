/**
 * The numbers to show for the targets that a page's own components ask for.
 *
 * The queue form of the API is used, so that the order of component, `init` and script tag does not matter.
 */

/** @import { Dni } from './index.d.ts' */

/** Most targets followed: a page that asks for another each time must not fill the memory. */
const MAX_TARGETS = 256;

/** @type {Map<string, string>} the number to show for each target, written as the target is */
const numbers = new Map();
/** @type {Set<string>} */
const targets = new Set();
/** @type {Set<() => void>} */
const listeners = new Set();
let isListening = false;

/**
 * Answers the number to show for a target: the target itself until there is one.
 *
 * @param {string} target
 */
export function numberFor(target) {
  return numbers.get(target) ?? target;
}

/**
 * Follows a target. Answers how to stop.
 *
 * @param {string} target
 * @param {() => void} changed is called whenever there may be another number
 */
export function follow(target, changed) {
  listeners.add(changed);
  if (!targets.has(target) && targets.size < MAX_TARGETS) {
    targets.add(target);
    if (isListening) update();
  }
  listen();
  return () => listeners.delete(changed);
}

function listen() {
  if (isListening) return;
  isListening = true;
  window.dni ??= [];
  window.dni.push(['on', 'swap', update]);
  window.dni.push(['on', 'release', forget]);
}

async function update() {
  const answer = (await /** @type {Dni} */ (window.dni).getSwapNumbers?.([...targets])) ?? {};
  let isNew = false;
  for (const target of targets) {
    isNew ||= answer[target] !== numbers.get(target);
    if (answer[target]) numbers.set(target, answer[target]);
    else numbers.delete(target);
  }
  if (isNew) tell();
}

function forget() {
  numbers.clear();
  tell();
}

function tell() {
  for (const changed of listeners) changed();
}
