// The real worker with objects and stores that fail as the variable FAULT says, one fault or several with commas between, so that
// tests see what visitors and callers get then:
// `call-fails`, `pool-hangs`, `callers-fails`, `watch-hangs`, `feed-fails`: an object; `call-slow`: it answers its first request late, as one that
// is used for the first time may; `call-chokes`: on the webhooks of one call alone, for ever; `pool-resolves`: only when a call is to
// be joined; `pool-counts`: it works, and each request shows in the log;
// `kv-fails`, `kv-hangs`: reading the configuration; `kv-chokes`: writing what says whose one number is, for the first time; `db-fails`: what the worker itself writes to D1;
// `log-fails`: writing to D1 by a call's object, `log-lands`: that works but reports a failure; `r2-fails`: reading and writing
// recordings, `r2-lands`: writing works but reports a failure.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import worker, * as rust from "../../../edge-worker/build/index.js";

export default class extends WorkerEntrypoint {
  constructor(ctx, env) {
    super(ctx, env);
    this.inner = new worker(ctx, withConfig(env));
  }
  fetch(request) {
    return this.inner.fetch(request);
  }
  scheduled(event) {
    return this.inner.scheduled(event);
  }
}

/** The faults by what fails. */
const faultsOf = (env) => Object.fromEntries((env.FAULT ?? "").split(",").map((one) => one.split("-")));
/** Longer than the 300 ms that a caller waits. */
const HANG_MS = 2_000;
/** What an object's first use may take, and still answer the caller itself. */
const SLOW_MS = 1_500;
/** Stands in the webhooks of the call that its object chokes on, and in the number that KV does. */
const CHOKES_ON = "7735550666";
/** Milliseconds from the first fault on; then the object works again. */
const FAULTY_FOR_MS = 6_000;
/** The same for stores, which are only written to: long enough for the first try and its first repetition a second later. */
const STORE_FAULTY_FOR_MS = 2_500;

const faulty = (name, kind) =>
  class extends DurableObject {
    constructor(ctx, env) {
      super(ctx, env);
      this.inner = new rust[name](ctx, withStores(env));
      this.fault = faultsOf(env)[kind];
    }
    async fetch(request) {
      if (this.fault === "counts") console.log(`asked ${kind}: ${(await request.clone().text()).slice(0, 12)}`);
      if (this.fault === "slow" && !this.first) {
        this.first = Date.now();
        await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
      }
      if (await this.isFaulty(request)) {
        if (this.fault === "hangs") await new Promise((resolve) => setTimeout(resolve, HANG_MS));
        throw new Error("this object fails on purpose");
      }
      return this.inner.fetch(request);
    }
    async isFaulty(request) {
      const asked = await request.clone().text();
      if (this.fault === "chokes") return asked.includes(CHOKES_ON);
      if (!["fails", "hangs", "resolves"].includes(this.fault)) return false;
      if (this.fault === "resolves" && !asked.startsWith('{"Resolve"')) return false;
      this.first ??= Date.now();
      return Date.now() - this.first < FAULTY_FOR_MS;
    }
    alarm() {
      return this.inner.alarm();
    }
  };

const withBinding = (env, name, binding) => new Proxy(env, { get: (target, asked) => (asked === name ? binding : target[asked]) });

/** With a configuration that can be written, but read late or never, and with a database that cannot be written. */
function withConfig(env) {
  const { kv: fault, db } = faultsOf(env);
  if (db) return withBinding(env, "DB", faultyDatabase(env.DB, db, "worker"));
  if (!fault) return env;
  if (fault === "chokes") return withBinding(env, "CONFIG", instead(env.CONFIG, { put: (...args) => putOrChoke(env.CONFIG, args) }));
  const get = async () => {
    if (fault === "hangs") await new Promise((resolve) => setTimeout(resolve, HANG_MS));
    throw new Error("this read fails on purpose");
  };
  return withBinding(env, "CONFIG", instead(env.CONFIG, { get }));
}

let hasChoked = false;

async function putOrChoke(store, [key, ...rest]) {
  if (key.endsWith(CHOKES_ON) && !hasChoked) {
    hasChoked = true;
    throw new Error("this write fails on purpose");
  }
  return store.put(key, ...rest);
}

/** When a database of each kind first failed: the worker's own is wrapped anew for each request. */
const firstFailures = {};

/** A database whose writes fail, or land and say they failed. */
function faultyDatabase(database, fault, kind = "") {
  let first = firstFailures[kind];
  const fail = async (write) => {
    first ??= Date.now();
    if (kind) firstFailures[kind] ??= first;
    if (Date.now() - first > STORE_FAULTY_FOR_MS) return write();
    if (fault === "lands") await write();
    throw new Error("this write fails on purpose");
  };
  const wrap = (statement) =>
    instead(statement, {
      bind: (...values) => wrap(statement.bind(...values)),
      run: () => fail(() => statement.run()),
    });
  return instead(database, {
    prepare: (query) => wrap(database.prepare(query)),
    // The worker's own are those by which a site is published before anything fails.
    batch: (statements) => (kind ? database.batch(statements) : fail(() => database.batch(statements))),
  });
}

/** With the stores of a call's object as they are told to fail. */
function withStores(env) {
  const { log, r2 } = faultsOf(env);
  if (log) return withBinding(env, "DB", faultyDatabase(env.DB, log));
  if (r2) return withBinding(env, "RECORDINGS", faultyBucket(env.RECORDINGS, r2));
  return env;
}

/** A bucket that can be neither read nor written for a while, or whose first write lands and says it failed. */
function faultyBucket(bucket, fault) {
  let first;
  const orFail = (act) => async (...args) => {
    first ??= Date.now();
    if (Date.now() - first < STORE_FAULTY_FOR_MS) throw new Error("the bucket fails on purpose");
    return act(...args);
  };
  if (fault === "fails") {
    return instead(bucket, {
      head: orFail((...args) => bucket.head(...args)),
      put: orFail((...args) => bucket.put(...args)),
    });
  }
  const put = async (...args) => {
    const stored = await bucket.put(...args);
    if (first) return stored;
    first = true;
    throw new Error("the bucket says that it failed");
  };
  return instead(bucket, { put });
}

/** The same object with other methods in place of some of its own. */
const instead = (object, methods) =>
  new Proxy(object, {
    get(target, name) {
      const value = (Object.hasOwn(methods, name) ? methods : target)[name];
      // Its class is asked for by name, which binding would change.
      return typeof value === "function" && name !== "constructor" ? value.bind(target) : value;
    },
  });

export class Pool extends faulty("PoolObject", "pool") {}
export class Call extends faulty("CallObject", "call") {}
export class Callers extends faulty("CallerHistoryObject", "callers") {}
export class CallFeed extends faulty("CallFeedObject", "feed") {
  webSocketMessage(...message) {
    return this.inner.webSocketMessage(...message);
  }
  webSocketClose(...close) {
    return this.inner.webSocketClose(...close);
  }
}
export class Watch extends faulty("CallerActivityObject", "watch") {}
