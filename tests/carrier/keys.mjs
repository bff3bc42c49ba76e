/** One Gather, on whichever end of the line: what is pressed, when it is over, and with what. */

/** Script seconds until somebody presses a key whose time the script leaves open. */
const KEY_SECONDS = 1;

/**
 * Lets the prompt be heard and collects keys, as Twilio does: a key ends the prompt, each key begins the wait anew, and
 * the key that finishes the input is not part of it.
 *
 * @param {import('./clock.mjs').Clock} clock
 * @param {object} wanted what the document asks for
 * @param {object} end the end of the line
 * @param {string} end.kind the signal its keys come as
 * @param {string} [end.gone] the signal that this end has hung up
 * @param {() => never} [end.leave] throws what ends everything then
 * @param {Pressed|null} end.pressed what the script presses; null for nothing, or for a person who does it themselves
 * @returns {Promise<{digits: string, finishedOnKey: string}>}
 *
 * @typedef {{keys: string, after: number|null, every: number}} Pressed `after`: seconds from the beginning of the Gather,
 *   null for one second after the prompt; `every`: seconds between two keys
 */
export async function gatherKeys(clock, wanted, { kind, gone, leave, pressed }) {
  clock.listen(kind, ...(gone ? [gone] : []));
  try {
    if (pressed !== null && pressed.after !== null) {
      press(clock, pressed, clock.seconds + pressed.after, kind);
    }
    await wanted.prompt();
    if (pressed !== null && pressed.after === null) {
      press(clock, pressed, clock.seconds + KEY_SECONDS, kind);
    }
    return await collect(clock, wanted, { kind, leave });
  } finally {
    clock.forget(kind);
    clock.listen();
  }
}

function press(clock, { keys, every }, from, kind) {
  [...keys].forEach((key, at) => clock.plan(from + at * every, kind, key));
}

async function collect(clock, { timeout, digits, finishOnKey }, { kind, leave }) {
  let typed = '';
  // Each round takes at least one key or ends, and more than the wanted keys are never taken.
  while (typed.length < digits) {
    const signal = await clock.pass(timeout);
    if (signal === null) {
      break;
    }
    if (signal.kind !== kind) {
      leave();
    }
    for (const key of String(signal.value)) {
      if (key === finishOnKey) {
        return { digits: typed, finishedOnKey: key };
      }
      if (typed.length < digits) {
        typed += key;
      }
    }
  }
  return { digits: typed, finishedOnKey: '' };
}
