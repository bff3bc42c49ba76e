/**
 * The demo: edge, business site and carrier on this machine, started and ended together.
 *
 *     node tests/rig/demo.mjs [--port 8700] [--state target/demo] [--fresh] [--follow-parent]
 *
 * It takes four ports from --port on. The state folder keeps calls, leases and keys until --fresh.
 * With --follow-parent it also ends when the process that started it is gone.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { serveSite } from '../../www-demo/serve.mjs';
import { startEdge } from './edge.mjs';
import { takenPorts } from './ports.mjs';
import { startGroup, waitFor } from './process.mjs';
import { NUMBERS, putSite, SITE_ID, siteDocument } from './seed.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SIMULATOR = path.join(ROOT, 'tests/carrier/simulator.mjs');
/** Where scripts look for a running demo; it is there once everything answers. */
const CARD = path.join(ROOT, 'target/demo.json');
/** What --fresh removes from the state folder: only what the demo itself put there. */
const OWN = ['edge', 'secrets.json', 'edge.log', 'carrier.log'];
/** Milliseconds until the carrier must answer. */
const CARRIER_LIMIT_MS = 15_000;
/** Milliseconds between two looks at whether the edge still answers, and silent looks in a row that mean it is dead. */
const PULSE_MS = 10_000;
const PULSES_MISSED = 3;
/** Milliseconds between two looks at whether the parent is still there. */
const PARENT_LOOK_MS = 500;
/** The last base port that leaves room for the others. */
const LAST_BASE = 65_532;

/** Everything that runs, in the order it was started. */
const running = [];
let ending = null;

async function main() {
  const options = readOptions();
  ['SIGINT', 'SIGTERM', 'SIGHUP'].forEach((signal) => process.on(signal, () => end(0)));
  if (options.followParent) {
    followParent();
  }
  const ports = { edge: options.port, site: options.port + 1, carrier: options.port + 2, inspector: options.port + 3 };
  await requirePorts(Object.values(ports));
  // From here on the card would be of an earlier demo: two at once are told apart by their ports only.
  rmSync(CARD, { force: true });
  if (options.fresh) {
    OWN.forEach((name) => rmSync(path.join(options.state, name), { recursive: true, force: true }));
  }
  mkdirSync(options.state, { recursive: true });
  const secrets = readSecrets(path.join(options.state, 'secrets.json'));

  step('Starting the edge on workerd …');
  const edge = await startEdge({
    port: ports.edge, inspectorPort: ports.inspector, stateDir: path.join(options.state, 'edge'), logFile: path.join(options.state, 'edge.log'),
    env: {
      PUBLIC_URL: `http://127.0.0.1:${ports.edge}`, API_KEY: secrets.api_key, TWILIO_AUTH_TOKEN: secrets.auth_token,
      TWILIO_ACCOUNT_SID: secrets.account_sid, TWILIO_API_URL: `http://127.0.0.1:${ports.carrier}`, FALLBACK_DESTINATION: NUMBERS.destination,
    },
  });
  watch(edge);
  watchPulse(edge.url);
  step('Starting the carrier …');
  const carrier = await startCarrierProcess(ports.carrier, edge.url, secrets, path.join(options.state, 'carrier.log'));
  step('Starting the business site …');
  const consoleUrl = `${edge.url}/console`;
  const site = await serveSite({ port: ports.site, edgeUrl: edge.url, carrierUrl: carrier.url, consoleUrl });
  running.push({ stop: site.close });
  step('Publishing the site through the API …');
  await putSite({ edgeUrl: edge.url, apiKey: secrets.api_key, document: siteDocument({ origins: [site.url] }) });

  writeCard({ edge, site, carrier, consoleUrl, secrets });
  printLinks({ site, carrier, consoleUrl, secrets, state: options.state });
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8700' }, state: { type: 'string', default: path.join(ROOT, 'target/demo') },
      fresh: { type: 'boolean', default: false }, 'follow-parent': { type: 'boolean', default: false },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1024 || port > LAST_BASE) {
    throw new Error(`--port is a whole number from 1024 to ${LAST_BASE}, not "${values.port}".`);
  }
  return { port, state: path.resolve(values.state), fresh: values.fresh, followParent: values['follow-parent'] };
}

async function requirePorts(ports) {
  const taken = await takenPorts(ports);
  if (taken.length > 0) {
    const which = taken.length === 1 ? `Port ${taken[0]} is` : `Ports ${taken.join(', ')} are`;
    throw new Error(`${which} taken on 127.0.0.1. End what listens there (perhaps another demo), or choose four free ports with --port BASE.`);
  }
}

/** Reads the keys of an earlier run, so that a console stays signed in; makes them the first time. */
function readSecrets(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    const secrets = {
      api_key: randomBytes(24).toString('base64url'), auth_token: randomBytes(16).toString('hex'), account_sid: `AC${randomBytes(16).toString('hex')}`,
    };
    writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
    return secrets;
  }
}

async function startCarrierProcess(port, edgeUrl, secrets, logFile) {
  const group = startGroup('the carrier', process.execPath, [
    SIMULATOR, '--port', String(port), '--account-sid', secrets.account_sid, '--edge', edgeUrl,
  ], { cwd: ROOT, env: { CARRIER_AUTH_TOKEN: secrets.auth_token }, logFile });
  watch(group);
  const url = `http://127.0.0.1:${port}`;
  await waitFor(group, `${url}/healthz`, CARRIER_LIMIT_MS);
  return { url };
}

/** The demo is whole or it ends: a part that dies takes the others along. */
function watch(part) {
  running.push(part);
  part.exited.then((how) => {
    if (ending === null) {
      console.error(`\n${how}, so the demo ends.`);
      end(1);
    }
  });
}

/** Wrangler outlives a workerd that died, so the process alone does not tell. */
function watchPulse(edgeUrl) {
  let missed = 0;
  setInterval(async () => {
    const alive = await fetch(`${edgeUrl}/healthz`, { signal: AbortSignal.timeout(PULSE_MS / 2) }).then((answer) => answer.ok, () => false);
    missed = alive ? 0 : missed + 1;
    if (missed >= PULSES_MISSED && ending === null) {
      console.error('\nthe edge no longer answers, so the demo ends; edge.log in the state folder may say why.');
      end(1);
    }
  }, PULSE_MS).unref();
}

function end(code) {
  ending ??= stopAll(code);
  return ending;
}

async function stopAll(code) {
  if (running.length > 0) {
    step('\nStopping …');
  }
  await Promise.allSettled(running.map((part) => part.stop()));
  process.exit(code);
}

function followParent() {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) {
      end(0);
    }
  }, PARENT_LOOK_MS).unref();
}

function writeCard({ edge, site, carrier, consoleUrl, secrets }) {
  const card = {
    edge_url: edge.url, site_url: site.url, console_url: consoleUrl, carrier_url: carrier.url, api_key: secrets.api_key,
    carrier_auth_token: secrets.auth_token, carrier_account_sid: secrets.account_sid, site_id: SITE_ID, pool_numbers: NUMBERS.pool,
    overflow_number: NUMBERS.overflow, target_number: NUMBERS.target, destination_number: NUMBERS.destination,
  };
  mkdirSync(path.dirname(CARD), { recursive: true });
  // Written aside and moved, so that whoever waits for the file never reads half of it.
  writeFileSync(`${CARD}.part`, `${JSON.stringify(card, null, 2)}\n`, { mode: 0o600 });
  chmodSync(`${CARD}.part`, 0o600);
  renameSync(`${CARD}.part`, CARD);
}

function printLinks({ site, carrier, consoleUrl, secrets, state }) {
  console.log(`
  The demo runs.

  1  Arrive as a visitor   ${site.url}/demo.html
  2  Call the number       ${carrier.url}/
  3  See the call          ${consoleUrl}
     key for the console   ${secrets.api_key}

  State and logs are in ${path.relative(process.cwd(), state) || '.'}; addresses and keys for scripts in ${path.relative(process.cwd(), CARD)}.
  Ctrl-C stops everything.
`);
}

function step(text) {
  console.log(text);
}

try {
  await main();
} catch (error) {
  if (ending === null) {
    console.error(`The demo could not start. ${error.message}`);
    await end(1);
  }
}
