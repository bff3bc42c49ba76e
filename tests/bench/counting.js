// The real worker with objects that count the rows they write, so that the benchmark can say what a lease costs. Used by
// the benchmark only: the product's own code is the same.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import worker, * as rust from "../../edge-worker/build/index.js";

export default worker;

/** Rows written since the start by all objects: workerd runs all objects of one worker in one isolate. */
let written = 0;

const counting = (name) =>
  class extends DurableObject {
    constructor(ctx, env) {
      super(ctx, env);
      this.cursors = [];
      this.inner = new rust[name](instead(ctx, { storage: this.countingStorage(ctx.storage) }), env);
    }
    countingStorage(storage) {
      const exec = (...query) => {
        const cursor = storage.sql.exec(...query);
        this.cursors.push(cursor);
        return cursor;
      };
      const setAlarm = (...when) => {
        // Billed as one row: https://developers.cloudflare.com/durable-objects/platform/pricing/
        written += 1;
        return storage.setAlarm(...when);
      };
      return instead(storage, { sql: instead(storage.sql, { exec }), setAlarm });
    }
    fetch(request) {
      return this.counted(this.inner.fetch(request));
    }
    alarm() {
      return this.counted(this.inner.alarm());
    }
    /** Counts once all is done: a cursor knows its rows only when it has been read to its end. */
    async counted(doing) {
      try {
        return await doing;
      } finally {
        written += this.cursors.splice(0).reduce((sum, cursor) => sum + cursor.rowsWritten, 0);
      }
    }
    /** Leases that stand in the store. */
    stored() {
      return this.ctx.storage.sql.exec("SELECT COUNT(*) AS leases FROM lease").one().leases;
    }
  };

/** The same object with other members in place of some of its own. */
const instead = (object, members) =>
  new Proxy(object, {
    get(target, name) {
      if (Object.hasOwn(members, name)) return members[name];
      const value = target[name];
      // Its class is asked for by name, which binding would change.
      return typeof value === "function" && name !== "constructor" ? value.bind(target) : value;
    },
  });

export class Pool extends counting("PoolObject") {}
export class Call extends counting("CallObject") {}
export class Callers extends counting("CallerHistoryObject") {}
export class CallFeed extends counting("CallFeedObject") {}
export class Watch extends counting("CallerActivityObject") {}

/** Answers the count; with `?pool=SITE/POOL` the leases stored in that pool. */
export class Rows extends WorkerEntrypoint {
  async fetch(request) {
    const pool = new URL(request.url).searchParams.get("pool");
    return Response.json(pool === null ? { written } : { stored: await this.env.POOL.getByName(pool).stored() });
  }
}
