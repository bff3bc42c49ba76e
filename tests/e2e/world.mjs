/** Everything real, started for one test file: edge on workerd, carrier, site, browser. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { startCarrier } from '../carrier/simulator.mjs';
import { startEdge } from '../rig/edge.mjs';
import { movedClock } from '../rig/moved-clock.mjs';
import { freePorts } from '../rig/ports.mjs';
import { putSite, siteDocument } from '../rig/seed.mjs';
import { serveSite } from '../../www-demo/serve.mjs';

/** Script seconds in a real second: a call of two minutes takes about a second. */
const SPEED = 100;
/** What a browser calls itself: without it, the edge would take the tests for a bot. */
const USER_AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36';
/**
 * Milliseconds in which a call must be in the log where a test asks what the log says. The promise is two seconds, which a test of
 * its own holds it to; a machine that plays twenty-four calls at once, with a build beside, is given more.
 */
const LOG_LIMIT_MS = 15_000;

/**
 * Starts a world of its own. Close it in `after`.
 *
 * @param {object} [options]
 * @param {object} [options.pool] values that replace those of the site's pool
 * @param {object} [options.site] values that replace those of the site
 * @param {Record<string, string>} [options.env] values that replace those of the edge
 * @param {string} [options.fault] what fails in it, as `faulty/entry.js` says
 * @param {string} [options.entry] the file in which the worker begins, if not its own
 * @param {string[]} [options.databases] names of databases that it has beside the first
 * @param {Date} [options.clock] the time that workerd shows at first, if not the machine's: `world.clock` moves it
 * @returns {Promise<World>}
 */
export async function startWorld({ pool, site = {}, env = {}, fault, clock, databases, entry = fault && 'tests/e2e/faulty/entry.js' } = {}) {
  const [edgePort, storePort, carrierPort] = await freePorts(3);
  const stateDir = mkdtempSync(path.join(tmpdir(), 'dni-e2e-'));
  const secrets = {
    API_KEY: randomBytes(16).toString('hex'),
    TWILIO_AUTH_TOKEN: randomBytes(16).toString('hex'),
    TWILIO_ACCOUNT_SID: `AC${randomBytes(16).toString('hex')}`,
    TWILIO_API_URL: `http://127.0.0.1:${carrierPort}`,
  };
  const edgeUrl = `http://127.0.0.1:${edgePort}`;
  const moved = clock && movedClock(stateDir, clock);
  const start = () => startEdge({
    port: edgePort, storePort, workerd: moved?.workerd, stateDir, entry, databases, logFile: path.join(stateDir, 'edge.log'),
    env: { PUBLIC_URL: edgeUrl, ...secrets, ...(fault && { FAULT: fault }), ...env },
  });
  const world = new World({ stateDir, secrets, edgeUrl, storePort, carrierPort, start, clock: moved });
  try {
    await world.begin({ pool, site });
  } catch (error) {
    await world.close();
    throw error;
  }
  return world;
}

class World {
  #parts;

  constructor(parts) {
    this.#parts = parts;
    this.edgeUrl = parts.edgeUrl;
    this.apiKey = parts.secrets.API_KEY;
    this.accountSid = parts.secrets.TWILIO_ACCOUNT_SID;
    this.authToken = parts.secrets.TWILIO_AUTH_TOKEN;
    this.stateDir = parts.stateDir;
    this.clock = parts.clock;
  }

  async begin({ pool, site }) {
    const { secrets, carrierPort, start } = this.#parts;
    this.edge = await start();
    this.carrier = await startCarrier({
      accountSid: secrets.TWILIO_ACCOUNT_SID, authToken: secrets.TWILIO_AUTH_TOKEN, edgeUrl: this.edgeUrl, speed: SPEED,
      port: carrierPort,
    });
    this.site = await serveSite({ port: 0, edgeUrl: this.edgeUrl });
    this.document = { ...siteDocument({ origins: [this.site.url], pool }), ...site };
    await putSite({ edgeUrl: this.edgeUrl, apiKey: this.apiKey, document: this.document });
  }

  /** Ends workerd as a power cut would, and starts it on the same state, which `meanwhile` may touch. */
  async powerCut(meanwhile = () => {}) {
    await this.edge.kill('SIGKILL');
    meanwhile(this.stateDir);
    this.edge = await this.#parts.start();
  }

  /** Lets the cron come, which otherwise comes every minute. */
  async runCron() {
    const response = await fetch(`${this.edgeUrl}/cdn-cgi/local/scheduled`);
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`the cron was answered ${response.status}: ${text}`);
    }
  }

  async browser() {
    // To load what drives it takes a second of processor time, and few tests want a browser.
    this.chromium ??= await (await import('../rig/chromium.mjs')).launchChromium();
    return this.chromium;
  }

  async close() {
    await this.chromium?.close();
    await this.site?.close();
    await this.carrier?.close();
    // Its state goes with it, so that nothing needs a gentle end.
    await this.edge?.kill();
    rmSync(this.stateDir, { recursive: true, force: true });
  }

  /** Asks the REST API. */
  async api(pathAndQuery, { method = 'GET', body, key = this.apiKey } = {}) {
    const headers = { ...(key && { authorization: `Bearer ${key}` }), ...(body && { 'content-type': 'application/json' }) };
    const response = await fetch(`${this.edgeUrl}${pathAndQuery}`, { method, headers, body: body && JSON.stringify(body) });
    return { status: response.status, json: await response.json() };
  }

  /** Asks for a number as the tag does. */
  async lease(visitor, { landing = '/', referrer = '', origin = this.site.url, userAgent, ...more } = {}) {
    const now = Date.now();
    const arrival = { at: now, url: `${this.site.url}${landing}`, referrer };
    const body = JSON.stringify({ site: 'harbor', visitor, now, arrival, ...more });
    return this.post('/v1/lease', body, { origin, ...(userAgent !== undefined && { 'user-agent': userAgent }) });
  }

  /** Lists the names of the configuration's store that begin so. */
  async storedNames(prefix) {
    const response = await fetch(`${this.#storeUrl}/?prefix=${encodeURIComponent(prefix)}`);
    return (await response.json()).map(({ name }) => name).sort();
  }

  /** Puts something into the configuration's store. */
  async store(name, text) {
    const response = await fetch(`${this.#storeUrl}/${encodeURIComponent(name)}`, { method: 'PUT', body: text });
    await response.arrayBuffer();
  }

  get #storeUrl() {
    return `http://127.0.0.1:${this.#parts.storePort}`;
  }

  async post(pathname, body, headers = {}) {
    const response = await fetch(`${this.edgeUrl}${pathname}`, { method: 'POST', headers: { 'content-type': 'text/plain', 'user-agent': USER_AGENT, ...headers }, body });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: text.startsWith('{') ? JSON.parse(text) : null };
  }

  /**
   * Waits until the log has the carrier's call in the state asked for: by default with the carrier's word on its end, before which
   * the log shows what is known so far.
   */
  async logged(carrierCallId, ready = (call) => call.outcome !== 'in_progress' && call.duration !== null && call.ended_by !== 'flow', limitMs = LOG_LIMIT_MS) {
    const until = Date.now() + limitMs;
    let seen;
    do {
      const { json } = await this.api('/v1/calls?limit=250');
      seen = json.calls.find((call) => call.carrier_call_id === carrierCallId);
      if (seen && ready(seen)) {
        return seen;
      }
      await new Promise((resolve) => { setTimeout(resolve, 50); });
    } while (Date.now() < until);
    throw new Error(`the log has not got the call within ${limitMs} ms; it shows ${JSON.stringify(seen)}`);
  }
}

/** A visitor's id out of a small number. */
export const visitorId = (n) => n.toString(16).padStart(32, '0');
