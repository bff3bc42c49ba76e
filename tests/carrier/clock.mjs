/**
 * The time of one call, in seconds of its script. `speed` says how many of them pass in a second
 * of the machine, so that a test plays a minute's call in milliseconds and still gets a minute's
 * call in every figure.
 */

/** Thrown out of whatever the call is doing when the caller hangs up. */
export class CallerHungUp extends Error {}

export class Clock {
  #speed;
  #leavesAt;
  #startedAt = Date.now();
  #kinds = new Set();
  #inbox = [];
  #wake = null;
  #gone = false;

  /** Script seconds since the call began. */
  seconds = 0;

  /**
   * @param {number} speed script seconds in one real second
   * @param {number} leavesAt script second at which the caller hangs up; Infinity for never
   */
  constructor(speed, leavesAt) {
    this.#speed = speed;
    this.#leavesAt = leavesAt;
  }

  /** Unix milliseconds in the call's own time. */
  get now() {
    return this.#startedAt + this.seconds * 1000;
  }

  /** Names the signals that end a wait from here on; those named before no longer do. */
  listen(...kinds) {
    this.#kinds = new Set(kinds);
    this.#inbox = [];
  }

  /**
   * Hands in a signal from outside; `hangup` always counts.
   *
   * @returns {boolean} false if nobody listens for it now
   */
  signal(kind, value) {
    if (kind === 'hangup') {
      this.#gone = true;
    } else if (this.#kinds.has(kind)) {
      this.#inbox.push({ kind, value });
    } else {
      return false;
    }
    this.#wake?.();
    return true;
  }

  /**
   * Lets time pass until it is over or a listened signal arrives.
   *
   * @param {number} seconds
   * @returns {Promise<{kind: string, value: unknown}|null>} the signal, or null if the time is over
   * @throws {CallerHungUp}
   */
  async pass(seconds) {
    const span = Math.min(seconds, this.#leavesAt - this.seconds);
    if (!this.#gone && this.#inbox.length === 0 && span > 0) {
      const began = performance.now();
      const whole = await this.#sleep(span);
      this.seconds += whole ? span : Math.min(span, ((performance.now() - began) / 1000) * this.#speed);
    }
    if (this.#gone || this.seconds >= this.#leavesAt) {
      this.#gone = true;
      throw new CallerHungUp();
    }
    return this.#inbox.shift() ?? null;
  }

  /** Waits beside the call without moving its time: callbacks under way, work after the end. */
  idle(seconds) {
    return new Promise((resolve) => {
      setTimeout(resolve, (seconds * 1000) / this.#speed);
    });
  }

  /** Sleeps until the time is over (true) or something wakes it (false). */
  #sleep(seconds) {
    return new Promise((resolve) => {
      const end = (whole) => {
        clearTimeout(timer);
        this.#wake = null;
        resolve(whole);
      };
      const timer = setTimeout(() => end(true), (seconds * 1000) / this.#speed);
      this.#wake = () => end(false);
    });
  }
}
