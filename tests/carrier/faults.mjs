/**
 * The way callbacks travel: in order on a good day; doubled, late, lost or out of order when a
 * script asks for it, because carriers promise neither order nor exactly once.
 */

/** Copies of one request that a script may ask for on top of the first. */
const MOST_COPIES = 20;
/** Callbacks one call may hold back for shuffling. */
const MOST_HELD = 500;

/**
 * Makes the way for one call's callbacks.
 *
 * @param {Faults} faults
 * @param {(seconds: number) => Promise<void>} pass lets script time pass
 * @returns {{copies: number, post: (kind: string, send: () => Promise<unknown>) => void, drained: () => Promise<void>}}
 *
 * @typedef {object} Faults
 * @property {number} [duplicate] copies sent on top of each request
 * @property {number} [shuffle] seed: callbacks are held until the call is over and sent in this order
 * @property {boolean} [reverse] callbacks are held until the call is over and sent in the opposite order
 * @property {string[]} [drop] kinds never sent: `status`, `recording`, `leg` or `leg:ringing` and the like
 * @property {number} [delay] script seconds each callback is late
 * @property {Record<string, number>} [lose_answers] by kind of webhook (`voice`, `dial` …): how many answers are lost on
 *   their way, so that the carrier takes the request for one that timed out
 */
export function callbackWay(faults, pass) {
  const copies = Math.min(Math.max(Math.trunc(faults.duplicate ?? 0), 0), MOST_COPIES);
  const drop = new Set(faults.drop ?? []);
  const holds = faults.shuffle !== undefined || faults.reverse === true;
  const held = [];
  let last = Promise.resolve();

  const dispatch = (send) => {
    const late = faults.delay ? pass(faults.delay) : Promise.resolve();
    last = last.then(() => late).then(send);
  };
  return {
    copies,
    post(kind, send) {
      if (drop.has(kind) || drop.has(kind.split(':', 1)[0])) {
        return;
      }
      for (let i = 0; i <= copies; i += 1) {
        if (!holds) {
          dispatch(send);
        } else if (held.length < MOST_HELD) {
          held.push(send);
        }
      }
    },
    async drained() {
      const order = faults.reverse ? held.splice(0).reverse() : shuffled(held.splice(0), faults.shuffle ?? 0);
      for (const send of order) {
        dispatch(send);
      }
      await last;
    },
  };
}

/**
 * Answers the items in an order that depends on the seed alone (Fisher and Yates).
 *
 * @template T
 * @param {T[]} items
 * @param {number} seed
 * @returns {T[]}
 */
export function shuffled(items, seed) {
  const order = [...items];
  // Spreads neighbouring seeds apart (Knuth's multiplier), or seeds 1, 2 and 3 would begin alike.
  let state = Math.imul(seed + 1, 2_654_435_761) >>> 0;
  for (let i = order.length - 1; i > 0; i -= 1) {
    // One step of a linear congruential generator (Numerical Recipes); only its high bits are used.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (i + 1));
    [order[i], order[other]] = [order[other], order[i]];
  }
  return order;
}
