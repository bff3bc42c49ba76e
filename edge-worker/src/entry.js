// The worker's entry. The generated classes do not extend DurableObject, without which the platform refuses some of its
// tools (reading an object's storage in tests among them), so each is wrapped in one that does.
import { DurableObject } from "cloudflare:workers";
import worker, * as rust from "../build/index.js";

export default worker;

const wrapped = (name) =>
  class extends DurableObject {
    constructor(ctx, env) {
      super(ctx, env);
      this.inner = new rust[name](ctx, env);
    }
    fetch(request) {
      return this.inner.fetch(request);
    }
    alarm() {
      return this.inner.alarm();
    }
  };

// Under the names of their first deployment: objects live on under the name of their class.
export class Pool extends wrapped("PoolObject") {}
export class Call extends wrapped("CallObject") {}
export class Callers extends wrapped("CallerHistoryObject") {}
export class CallFeed extends wrapped("CallFeedObject") {
  webSocketMessage(socket, message) {
    return this.inner.webSocketMessage(socket, message);
  }
  webSocketClose(socket, code, reason, wasClean) {
    return this.inner.webSocketClose(socket, code, reason, wasClean);
  }
  webSocketError(socket, error) {
    return this.inner.webSocketError(socket, error);
  }
}
export class Watch extends wrapped("CallerActivityObject") {}
