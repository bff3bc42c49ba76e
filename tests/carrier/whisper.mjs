/**
 * What whoever answers hears before being connected: the document at a Number's `url`, carried out
 * on the dialled leg alone, while the caller hears it ring.
 */
import { legForm } from './forms.mjs';
import { gatherKeys } from './keys.mjs';
import { walk } from './twiml.mjs';

/** Documents one leg may be led through. */
const MOST_DOCUMENTS = 20;
/** The signals of the one who answered: a key, and that they hung up. */
const KEYS = 'callee-digits';
const GONE = 'end';

/** Thrown out of whatever the leg is doing when the one who answered hangs up. */
class CalleeHungUp extends Error {}

/**
 * Plays the documents of one answered leg.
 *
 * @param {import('./call.mjs').Call} call
 * @param {object} leg
 * @returns {Promise<boolean>} whether the leg is to be connected
 * @throws {import('./clock.mjs').CallerHungUp}
 */
export async function whisper(call, leg) {
  const line = calleeLine(call, leg);
  if (leg.callee.hangs_up_after !== null) {
    call.clock.plan(call.clock.seconds + leg.callee.hangs_up_after, GONE);
  }
  call.clock.listen(GONE);
  let next = { why: 'whisper', url: leg.url, method: leg.urlMethod, params: {} };
  try {
    for (let count = 0; count < MOST_DOCUMENTS; count += 1) {
      const form = { ...legForm(call, leg, 'in-progress'), ...next.params };
      const document = await call.legDocument({ why: next.why === 'gather' ? 'accept' : next.why, url: next.url, method: next.method, form });
      if (document === null) {
        return false;
      }
      next = await walk(document.verbs, document.url, line);
      if (next.do !== 'fetch') {
        return next.do === 'end';
      }
    }
    return false;
  } catch (error) {
    if (error instanceof CalleeHungUp) {
      return false;
    }
    throw error;
  } finally {
    call.clock.forget(GONE);
    call.clock.listen();
  }
}

function calleeLine(call, leg) {
  const { clock } = call;
  const pressed = [...leg.callee.keys];
  const leave = () => {
    throw new CalleeHungUp();
  };
  /** Lets time pass until a key is pressed; ends everything if the one who answered hangs up. */
  const linger = async (seconds) => {
    await clock.linger(seconds);
    if (clock.isSignalledBy(GONE)) {
      leave();
    }
  };
  return {
    enter: (verb) => call.enterLegVerb(verb),
    async say(words, voice) {
      call.whispered(words, voice);
      await linger(call.secondsOf(words));
    },
    async play(url) {
      call.whispered(`[sound ${url}]`);
      await linger(call.secondsOfSound);
    },
    pause: linger,
    interrupted: () => clock.isSignalled,
    async gather(wanted) {
      // Only now do keys count: before, while the document was on its way, nobody listened for them.
      clock.listen(KEYS, GONE);
      call.enterPhase('asked', leg.to);
      const keys = await gatherKeys(clock, wanted, { kind: KEYS, gone: GONE, leave, pressed: pressed.shift() ?? null });
      call.phase = 'whisper';
      clock.listen(GONE);
      return keys;
    },
    // The carrier takes neither on a leg that was dialled, and ends it.
    dial: async () => leave(),
    record: async () => leave(),
  };
}
