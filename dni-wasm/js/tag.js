/**
 * The script tag: `<script async src="https://EDGE/dni.js" data-site="SITE"></script>`.
 *
 * It opens `window.dni`, recalls the visitor, and asks for a lease while glue and wasm are on their way. Whatever goes
 * wrong is swallowed: the page then stays as it is.
 */

/* global DNI_GLUE, DNI_VERSION, DNI_WASM: put in by the build */

/** How long an answer may take, in milliseconds: later, the visitor has read the number that stands there. */
const POST_TIMEOUT = 5_000;
/** How long the wasm may take, in milliseconds: it is then still useful for the next page. */
const WASM_TIMEOUT = 30_000;
/** Most calls that wait for the library: a page that calls in a loop must not fill the memory. */
const MAX_WAITING = 100;

const METHODS = ['consent', 'getSession', 'on', 'refresh', 'release', 'revert', 'swap'];

const { dataset, src } = document.currentScript ?? {};
const site = dataset?.site ?? '';
const key = `dni:${site}`;
const present = window.dni;

if (present?.site && present.site !== site) {
  console.info(`dni: this page already tracks "${present.site}"; "${site}" is left out.`);
} else if (!present?.site && /^[a-z0-9-]{3,40}$/.test(site)) {
  window.dni = open(new URL(src).origin);
  // Calls from before: `window.dni = window.dni || []; dni.push(['swap'])`.
  if (Array.isArray(present)) present.slice(0, MAX_WAITING).forEach((call) => window.dni.push(call));
}

/** Opens `window.dni`. Its calls wait for the library, and each answers a promise that never rejects. */
function open(edge) {
  // The visitor is recalled at once, so that two tabs opened together share him.
  const ready = Promise.resolve().then(recall).then(visible).then(() => start(edge)).catch(() => undefined);
  let waiting = 0;
  const call = async (name, args) => {
    if (waiting >= MAX_WAITING) return undefined;
    waiting += 1;
    const library = await ready;
    waiting -= 1;
    try {
      return library?.[name](...args);
    } catch {
      return undefined;
    }
  };
  const dni = {
    site,
    version: DNI_VERSION,
    push: ([name, ...args]) => dni[name]?.(...args),
    getSwapNumbers: async (numbers, callback) => {
      const answer = (await call('getSwapNumbers', [numbers])) ?? {};
      callback?.(answer);
      return answer;
    },
  };
  for (const name of METHODS) dni[name] = (...args) => call(name, args);
  return dni;
}

/** Resolves when the page can be seen: one rendered ahead or opened in the background takes no number. */
function visible() {
  return new Promise((resolve) => {
    const look = () => {
      if (document.visibilityState !== 'visible') return;
      document.removeEventListener('visibilitychange', look);
      resolve();
    };
    document.addEventListener('visibilitychange', look);
    look();
  });
}

/** Asks for lease, wasm and glue side by side and hands them over. */
async function start(edge) {
  const stored = recall();
  const arrival = { at: Date.now(), url: location.href, referrer: document.referrer };
  const reply = needsLease(stored) ? post(`${edge}/v1/lease`, leaseRequest(stored, arrival)) : undefined;
  const wasm = get(`${edge}/${DNI_WASM}`, WASM_TIMEOUT).then((response) => response.arrayBuffer());
  wasm.catch(() => undefined); // nobody waits for it if the glue cannot be had
  const glue = await import(`${edge}/${DNI_GLUE}`);
  return glue.start({ site, visitor: stored.visitor, arrival, edge, post, reply, wasm });
}

/** Says whether numbers must be asked for: those of a live lease are shown without. */
function needsLease({ consent, expires_at, numbers }) {
  return consent !== 'denied' && !(numbers?.length && expires_at > Date.now());
}

function leaseRequest({ consent, history, visitor }, arrival) {
  return JSON.stringify({ site, visitor, now: arrival.at, arrival, history, consent });
}

/** Sends a request; resolves to the text of the answer, or to an empty one if there is no good answer in time. */
async function post(url, body) {
  try {
    const response = await get(url, POST_TIMEOUT, { method: 'POST', body });
    return await response.text();
  } catch {
    return '';
  }
}

/** Fetches without cookies; rejects for whatever is no good answer in time. */
async function get(url, timeout, options) {
  const response = await fetch(url, { credentials: 'omit', signal: AbortSignal.timeout(timeout), ...options });
  if (!response.ok) throw response.status;
  return response;
}

/**
 * Reads what is stored of the visitor, and makes him one if nothing is. Throws where the browser stores nothing: there each
 * page would be another visitor with another number, and soon nobody would have one.
 */
function recall() {
  const text = localStorage.getItem(key);
  try {
    const stored = JSON.parse(text);
    if (/^[0-9a-f]{32}$/.test(stored.visitor)) return stored;
  } catch {
    // Garbage means a new visitor.
  }
  const made = { visitor: Array.from(crypto.getRandomValues(new Uint8Array(16)), hex).join('') };
  localStorage.setItem(key, JSON.stringify(made));
  return made;
}

/** Writes a byte in two hexadecimal digits. */
function hex(byte) {
  return byte.toString(16).padStart(2, '0');
}
