/** Who was given which number: what must be right before any figure is worth reading. */

/** Characters of an answer shown in an error. */
const SHOWN = 500;

export class Ledger {
  #holders = new Map();
  #numbers = new Map();
  #pools = new Set();

  /**
   * Takes answers in, each of which must give its visitor a number that nobody else has, and always the same one.
   *
   * @param {{pool: object, visitor: string}[]} visits
   * @param {string[]} texts the answers, in the visits' order
   * @returns {{pool: object, visitor: string, history: object, lease: string}[]} the leases
   */
  lease(visits, texts) {
    return visits.map(({ pool, visitor }, n) => {
      const { history, numbers: [assigned] } = JSON.parse(texts[n]);
      must(assigned?.kind === 'leased' && pool.numbers.includes(assigned.number), 'A visitor was not leased a number of their pool', texts[n]);
      const { number, lease } = assigned;
      must((this.#holders.get(number) ?? visitor) === visitor, 'A number was given twice', texts[n]);
      must((this.#numbers.get(visitor) ?? number) === number, 'A visitor was given a second number', texts[n]);
      this.#holders.set(number, visitor);
      this.#numbers.set(visitor, number);
      this.#pools.add(pool);
      return { pool, visitor, history, lease };
    });
  }

  /** Takes answers of full pools in, each of which must be the pool's overflow number. */
  overflow(visits, texts) {
    visits.forEach(({ pool }, n) => {
      const [assigned] = JSON.parse(texts[n]).numbers;
      must(assigned?.kind === 'overflow' && assigned.number === pool.overflow, 'A full pool did not answer with its overflow number', texts[n]);
    });
  }

  /** Takes answers to signs of life in: no lease may be gone. */
  beat(visits, texts) {
    visits.forEach((_, n) => must(JSON.parse(texts[n]).gone.length === 0, 'A lease was gone', texts[n]));
  }

  /**
   * Checks that every pool's store has a lease for each of its numbers that was given, and no other.
   *
   * @param {(pool: string) => Promise<number>} storedLeases
   */
  async audit(storedLeases) {
    for (const { site, id, numbers } of this.#pools) {
      const given = numbers.filter((number) => this.#holders.has(number)).length;
      const stored = await storedLeases(`${site}/${id}`);
      must(stored === given, 'The store has another count of leases than was answered', `${site}/${id}: ${stored} stored, ${given} answered`);
    }
  }
}

function must(holds, sentence, shown) {
  if (!holds) {
    throw new Error(`${sentence}: ${shown.slice(0, SHOWN)}`);
  }
}
