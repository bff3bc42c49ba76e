/** The demo's site, as the public API takes it. */

/** Numbers of the demo: the range 555-0100 to 555-0199 is kept for fiction. */
export const NUMBERS = {
  target: '+13125550142',
  destination: '+13125550199',
  pool: Array.from({ length: 8 }, (_, i) => `+1312555015${i + 1}`),
  overflow: '+13125550171',
  source: '+13125550161',
};
export const SITE_ID = 'harbor';
/** Seconds; the design wants the cooldown to be at least the grace. */
const HALF_AN_HOUR = 1800;

/**
 * Answers the site document.
 *
 * @param {object} options
 * @param {string[]} options.origins where the pages are served from
 * @param {object} [options.pool] values that replace those of the pool, such as its numbers
 * @returns {object}
 */
export function siteDocument({ origins, pool = {} }) {
  return {
    name: 'Harbor Heating & Air',
    origins,
    time_zone: 'America/Chicago',
    destination: NUMBERS.destination,
    targets: [{ number: NUMBERS.target, pool: 'main' }],
    pools: [{
      id: 'main', numbers: NUMBERS.pool, overflow: NUMBERS.overflow,
      rules: { hold_seconds: HALF_AN_HOUR, grace_seconds: HALF_AN_HOUR, cooldown_seconds: HALF_AN_HOUR, look_back_days: 90 },
      ...pool,
    }],
    source_numbers: [{ number: NUMBERS.source, source: 'yellow-pages', medium: 'print', campaign: null }],
    consent: 'not_required',
    flow: flow(),
  };
}

/**
 * Puts a site document; doing it again changes nothing.
 *
 * @param {object} options
 * @param {string} options.edgeUrl
 * @param {string} options.apiKey
 * @param {object} options.document
 * @param {string} [options.id]
 * @returns {Promise<object>} the site as the edge answers it
 * @throws {Error} with the edge's own message
 */
export async function putSite({ edgeUrl, apiKey, document, id = SITE_ID }) {
  const response = await fetch(`${edgeUrl}/v1/sites/${id}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(document),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`The edge refused the site (HTTP ${response.status}): ${text.slice(0, 500)}`);
  }
  return JSON.parse(text);
}

function flow() {
  return {
    version: 1,
    start: 'hello',
    steps: {
      hello: { type: 'greeting', say: 'Thanks for calling Harbor Heating and Air.', next: { done: 'office' } },
      office: {
        type: 'forward', to: NUMBERS.destination, ring_seconds: 25,
        next: { no_answer: 'message', busy: 'message', failed: 'message', canceled: 'message', answered: 'end' },
      },
      message: { type: 'voicemail', say: 'Please leave a message after the tone.', max_seconds: 120, next: { recorded: 'end', nothing: 'end' } },
      end: { type: 'hangup' },
    },
  };
}
