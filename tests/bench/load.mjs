/** A closed loop of requests: as many at once as there are connections, the next as soon as one is answered. */
import { Pool } from 'undici';

/** Requests at once: enough to keep workerd's one thread busy, few enough that none waits long. */
export const CONCURRENCY = 16;
/** Milliseconds for one answer; the pool gives up after 3 seconds. */
const ANSWER_LIMIT_MS = 10_000;

/**
 * Opens the connections to an address.
 *
 * @param {string} url
 * @returns {{send: (requests: Asking[]) => Promise<{texts: string[], seconds: number}>, close: () => Promise<void>}} `send`
 *   answers the bodies in the order of the requests, and throws if one of them is not answered with a 200
 *
 * @typedef {{method: 'GET' | 'POST', path: string, headers?: Record<string, string>, body?: string}} Asking
 */
export function openLoad(url) {
  const connections = new Pool(url, { connections: CONCURRENCY, pipelining: 1, headersTimeout: ANSWER_LIMIT_MS, bodyTimeout: ANSWER_LIMIT_MS });
  const send = async (requests) => {
    const texts = new Array(requests.length);
    let next = 0;
    const loop = async () => {
      while (next < requests.length) {
        const place = next++;
        const { statusCode, body } = await connections.request(requests[place]);
        const text = await body.text();
        if (statusCode !== 200) {
          throw new Error(`${requests[place].method} ${requests[place].path} was answered with ${statusCode}: ${text.slice(0, 300)}`);
        }
        texts[place] = text;
      }
    };
    const begun = performance.now();
    await Promise.all(Array.from({ length: CONCURRENCY }, loop));
    return { texts, seconds: (performance.now() - begun) / 1000 };
  };
  return { send, close: () => connections.close() };
}
