/** Page texts with known phone numbers in them: the same on every machine. */

/** Area codes in use, and the exchange 555 with lines that nobody has. */
const AREAS = ['312', '773', '847', '212', '415', '617', '206', '713', '404', '303', '602', '416', '604', '813', '919'];
/** How people write them. */
const FORMS = [
  (a, e, l) => `(${a}) ${e}-${l}`, (a, e, l) => `${a}-${e}-${l}`, (a, e, l) => `${a}.${e}.${l}`, (a, e, l) => `${a} ${e} ${l}`,
  (a, e, l) => `+1 ${a} ${e} ${l}`, (a, e, l) => `+1-${a}-${e}-${l}`, (a, e, l) => `1-${a}-${e}-${l}`, (a, e, l) => `+1${a}${e}${l}`,
  (a, e, l) => `(${a})\u00a0${e}\u2011${l}`,
];
/** What stands around them on pages: words, prices, dates, times, ids that are no phone numbers. */
const WORDS = `we repair furnaces boilers and heat pumps in all of the county call for an appointment our team is licensed and insured
since the very first day customers say that service was quick friendly and fair read more about financing plans maintenance filters
ducts thermostats warranty parts labor emergency weekend night office opening hours map directions parking reviews`.split(/\s+/);
const NOISE = ['$1,299.00', '2024-05-17', '08:30', '17:00', 'No. 48213', 'ZIP 60614', '24/7', '100%', 'v2.14.3', 'SKU 8841-22-9', '(c) 2026', '4.9/5'];

/**
 * Makes texts.
 *
 * @param {number} count
 * @param {number} seed
 * @returns {{text: string, numbers: string[]}[]} each about 4 KB, with two to six numbers in E.164
 */
export function pageTexts(count, seed = 1) {
  const next = random(seed);
  const pick = (list) => list[Math.floor(next() * list.length)];
  return Array.from({ length: count }, () => {
    const parts = Array.from({ length: 600 }, () => (next() < 0.03 ? pick(NOISE) : pick(WORDS)));
    const numbers = [];
    const places = 2 + Math.floor(next() * 5);
    for (let n = 0; n < places; n += 1) {
      const [area, line] = [pick(AREAS), String(1000 + Math.floor(next() * 9000))];
      // Apart from one another and from other digits, in their order.
      const place = Math.floor(((n + 0.5) / places) * parts.length);
      parts[place - 1] = 'call';
      parts[place] = `${pick(FORMS)(area, '555', line)},`;
      parts[place + 1] = 'today';
      numbers.push(`+1${area}555${line}`);
    }
    return { text: parts.join(' '), numbers };
  });
}

/** A generator of numbers from 0 to 1 (mulberry32). */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
