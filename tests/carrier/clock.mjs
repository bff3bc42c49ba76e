/**
 * The time of one call, in seconds of its script. `speed` says how many of them pass in a second
 * of the machine, so that a test plays a minute's call in milliseconds and still gets a minute's
 * call in every figure.
 */

/** Signals one call may have planned at once. */
const MOST_PLANNED = 200;

/** Thrown out of whatever the call is doing when the caller hangs up. */
export class CallerHungUp extends Error {}

export class Clock {
  #speed;
  #leavesAt;
  #startedAt = Date.now();
  #kinds = new Set();
  #inbox = [];
  #planned = [];
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

  /** Unix milliseconds in the call's own time as it goes on beside the call, and when it is over. */
  get beside() {
    return Math.max(this.now, this.#startedAt + (Date.now() - this.#startedAt) * this.#speed);
  }

  /** Says whether a signal that was listened for waits to be taken. */
  get isSignalled() {
    return this.#inbox.length > 0;
  }

  /** Says whether a signal of a kind waits to be taken. */
  isSignalledBy(kind) {
    return this.#inbox.some((signal) => signal.kind === kind);
  }

  /** Lets the caller hang up at a script second, if that is not planned for earlier. */
  leaveAt(second) {
    this.#leavesAt = Math.min(this.#leavesAt, second);
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
    } else if (!this.#take(kind, value)) {
      return false;
    }
    this.#wake?.();
    return true;
  }

  /** Plans a signal for a script second; it counts if somebody listens for it then. */
  plan(second, kind, value) {
    if (this.#planned.length < MOST_PLANNED) {
      this.#planned.push({ second, kind, value });
      this.#planned.sort((a, b) => a.second - b.second);
    }
  }

  /** Takes planned signals of a kind back. */
  forget(kind) {
    this.#planned = this.#planned.filter((planned) => planned.kind !== kind);
  }

  /**
   * Lets time pass until it is over or a listened signal arrives, and takes the signal.
   *
   * @param {number} seconds
   * @returns {Promise<{kind: string, value: unknown}|null>} the signal, or null if the time is over
   * @throws {CallerHungUp}
   */
  async pass(seconds) {
    await this.linger(seconds);
    return this.#inbox.shift() ?? null;
  }

  /**
   * Lets time pass until it is over or a listened signal arrives, which stays where it is.
   *
   * @param {number} seconds
   * @throws {CallerHungUp}
   */
  async linger(seconds) {
    const end = this.seconds + seconds;
    this.#deliver();
    while (!this.#gone && !this.isSignalled && this.seconds < Math.min(end, this.#leavesAt)) {
      const next = Math.min(end, this.#leavesAt, this.#planned[0]?.second ?? Infinity);
      await this.#sleepUntil(next);
      this.#deliver();
    }
    if (this.#gone || this.seconds >= this.#leavesAt) {
      this.#gone = true;
      throw new CallerHungUp();
    }
  }

  /** Waits beside the call without moving its time: callbacks under way, work after the end. */
  idle(seconds) {
    return new Promise((resolve) => {
      setTimeout(resolve, (seconds * 1000) / this.#speed);
    });
  }

  #take(kind, value) {
    if (this.#kinds.has(kind)) {
      this.#inbox.push({ kind, value });
      return true;
    }
    return false;
  }

  #deliver() {
    while (this.#planned.length > 0 && this.#planned[0].second <= this.seconds) {
      const { kind, value } = this.#planned.shift();
      this.#take(kind, value);
    }
  }

  async #sleepUntil(second) {
    const span = second - this.seconds;
    const began = performance.now();
    const whole = await this.#sleep(span);
    this.seconds = whole ? second : this.seconds + Math.min(span, ((performance.now() - began) / 1000) * this.#speed);
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
