/** What the edge says to links between a site's domains, and to owners who test their page. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { startWorld, visitorId } from './world.mjs';
import { putSite } from '../rig/seed.mjs';

const AGENT = 'Mozilla/5.0 (one browser)';
const KEY = 'a-key-of-links';
const OLD_KEY = 'the-key-before';
const OTHER_ORIGIN = 'https://heating.example';

let world;
before(async () => {
  world = await startWorld({ env: { LINK_KEY: `${KEY},${OLD_KEY}` } });
  world.document = { ...world.document, origins: [...world.document.origins, OTHER_ORIGIN] };
  await putSite({ edgeUrl: world.edgeUrl, apiKey: world.apiKey, document: world.document });
});
after(() => world?.close());

const touch = (url, at = Date.now()) => ({ at, url, referrer: '' });
const ask = (pathname, body, { origin = world.site.url, agent = AGENT } = {}) => (
  world.post(pathname, JSON.stringify({ site: 'harbor', ...body }), { origin, 'user-agent': agent }));
const getLink = (touches, how) => ask('/v1/link', { history: { touches, seen_at: Date.now() } }, how);
/** Arrives on the other domain; `link` is what the address brought. */
const follow = (link, visitor, { landing = '/', referrer = `${world.site.url}/`, history, ...how } = {}) => ask('/v1/lease', {
  visitor, now: Date.now(), link, history, arrival: { at: Date.now(), url: `${OTHER_ORIGIN}${landing}`, referrer },
}, { origin: OTHER_ORIGIN, ...how });
/** Makes a token as the edge does, with any key and content. */
function forge(content, { key = KEY, agent = AGENT } = {}) {
  const text = Buffer.from(JSON.stringify(content));
  const mac = createHmac('sha256', key).update(`dni link\n${agent}\n`).update(text).digest();
  return `${text.toString('base64url')}.${mac.toString('base64url')}`;
}
const content = (touches) => ({ site: 'harbor', until: Date.now() + 60_000, history: { touches, seen_at: Date.now() } });

test('a visitor who follows a link brings their touches along and stays who they are', async () => {
  const [visitor, other] = [visitorId(1), visitorId(2)];
  const first = await world.lease(visitor, { landing: '/?gclid=first' });
  const reply = await getLink(first.json.history.touches);
  assert.equal(reply.status, 200);
  assert.equal(reply.json.expires_in, 180);
  assert.match(reply.json.link, /^[\w.-]+$/);
  assert.equal(reply.headers.get('access-control-allow-origin'), world.site.url);
  const there = await follow(reply.json.link, other);
  assert.equal(there.json.visitor, other);
  assert.notEqual(there.json.numbers[0].number, first.json.numbers[0].number, 'two visitors, two numbers');
  assert.equal(there.json.history.touches.length, 1);
  assert.match(there.json.history.touches[0].url, /gclid=first/);
});

test('a link counts once', async () => {
  const { json: { link } } = await getLink([touch(`${world.site.url}/?gclid=once`)]);
  assert.match((await follow(link, visitorId(10))).json.history.touches[0].url, /gclid=once/);
  for (const visitor of [visitorId(10), visitorId(11)]) {
    const again = await follow(link, visitor);
    assert.equal(again.status, 200);
    assert.doesNotMatch(JSON.stringify(again.json.history), /gclid=once/);
  }
});

test('touches that a link brings are added to those the visitor has here, and take none away', async () => {
  const visitor = visitorId(12);
  const [before, between] = [touch(`${OTHER_ORIGIN}/?utm_source=mail`, Date.now() - 9_000), touch(`${world.site.url}/?gclid=there`, Date.now() - 5_000)];
  const { json: { link } } = await getLink([between]);
  const reply = await follow(link, visitor, { history: { touches: [before], seen_at: Date.now() - 1_000 } });
  assert.deepEqual(reply.json.history.touches.map((one) => one.url), [before.url, between.url]);
});

for (const [name, referrer] of [
  ['from nowhere', ''],
  ["from another's page", 'https://evil.example/'],
  ["from a host that ends like one of the site's", `https://not-heating.example/`],
  ["from another port of the site's host", 'https://heating.example:444/'],
  ['from an app', 'android-app://heating.example/'],
]) {
  test(`a link that a visitor follows ${name} brings nothing`, async () => {
    const { json: { link } } = await getLink([touch(`${world.site.url}/?gclid=planted`)]);
    const reply = await follow(link, visitorId(14), { referrer });
    assert.equal(reply.status, 200);
    assert.equal(reply.json.visitor, visitorId(14));
    assert.doesNotMatch(JSON.stringify(reply.json.history), /gclid=planted/);
  });
}

test('a new campaign on the other domain is a new touch all the same', async () => {
  const { json: { link } } = await getLink([touch(`${world.site.url}/?gclid=first`)]);
  const there = await follow(link, visitorId(4), { landing: '/?utm_source=mail' });
  assert.equal(there.json.history.touches.length, 2);
});

test('only the first and the last touch travel, and an address of any length stays short', async () => {
  const touches = [touch(`${world.site.url}/?gclid=a`), touch(`${world.site.url}/?gclid=b`), touch(`${world.site.url}/?gclid=c`)];
  const { json } = await getLink(touches);
  const there = await follow(json.link, visitorId(6));
  assert.deepEqual(there.json.history.touches.map((one) => one.url.at(-1)), ['a', 'c']);
  const long = await getLink([touch(`${world.site.url}/?q=${'x'.repeat(4000)}`), touch(`${world.site.url}/?gclid=c`)]);
  assert.ok(long.json.link.length <= 1_500);
  assert.match((await follow(long.json.link, visitorId(6))).json.history.touches[0].url, /gclid=c/);
});

const BRINGS = true;
const NOTHING = false;
const ME = visitorId(8);
const planted = () => content([touch('https://harbor.example/?gclid=carried')]);
for (const [name, link, expected] of [
  ['of the edge itself', () => forge(planted()), BRINGS],
  ['signed before the key was changed', () => forge(planted(), { key: OLD_KEY }), BRINGS],
  ['of the version before, which named a visitor', () => forge({ ...planted(), visitor: visitorId(7) }), BRINGS],
  ['signed with another key', () => forge(planted(), { key: 'guessed' }), NOTHING],
  ['signed with an empty key', () => forge(planted(), { key: '' }), NOTHING],
  ['that is over', () => forge({ ...planted(), until: Date.now() - 1_000 }), NOTHING],
  ['of another site', () => forge({ ...planted(), site: 'another-site' }), NOTHING],
  ['of another browser', () => forge(planted(), { agent: 'curl' }), NOTHING],
  ['without an end', () => forge({ ...planted(), until: undefined }), NOTHING],
  ['with no history', () => forge({ ...planted(), history: 'none' }), NOTHING],
  ['whose text was changed', () => forge(content([])).replace(/^[^.]+/, Buffer.from(JSON.stringify(planted())).toString('base64url')), NOTHING],
  ['whose signature was cut', () => forge(planted()).slice(0, -4), NOTHING],
  ['without a signature', () => forge(planted()).replace(/\..*/, '.'), NOTHING],
  ['that is no token', () => 'x', NOTHING],
  ['that is huge', () => forge({ ...planted(), more: 'x'.repeat(3000) }), NOTHING],
]) {
  test(`a link ${name} ${expected ? 'brings its touches' : 'brings nothing'}, and names nobody`, async () => {
    const reply = await follow(link(), ME);
    assert.equal(reply.status, 200);
    assert.equal(reply.json.visitor, ME);
    assert.equal(JSON.stringify(reply.json.history).includes('gclid=carried'), expected);
  });
}

test('links are for pages of the site only', async () => {
  assert.equal((await getLink([], { origin: 'https://evil.example' })).status, 403);
  assert.equal((await ask('/v1/link', { history: 'x' })).status, 400);
});

test('a test takes no number and shows one that rings the business, whatever the consent is', async () => {
  // A pool of its own: nobody has a number of it yet.
  const pool = { ...world.document.pools[0], id: 'fresh' };
  const targets = world.document.targets.map((target) => ({ ...target, pool: pool.id }));
  const publish = (pools) => putSite({ edgeUrl: world.edgeUrl, apiKey: world.apiKey, document: { ...world.document, consent: 'required', targets, pools } });
  const test = async (visitor) => (await world.lease(visitor, { test: true })).json;
  const shown = ({ numbers }) => numbers.map(({ number, kind, lease }) => [number, kind, lease]);

  await publish([{ ...pool, overflow: pool.numbers[0], numbers: pool.numbers.slice(1) }]);
  assert.deepEqual(shown(await test(visitorId(20))), [[pool.numbers[0], 'test', undefined]], "the pool's overflow number");
  assert.equal((await world.lease(visitorId(21), { test: true, origin: 'https://evil.example' })).status, 403);
  const real = await world.lease(visitorId(22), { consent: 'granted' });
  assert.equal(real.json.numbers[0].kind, 'leased', 'the pool is as full as before');

  await publish([{ ...pool, overflow: null, overflow_by_channel: { paid_search: pool.numbers[0] }, numbers: pool.numbers.slice(1) }]);
  assert.deepEqual(shown(await test(visitorId(23))), [[pool.numbers[0], 'test', undefined]], "a channel's");

  await publish([{ ...pool, overflow: null }]);
  const none = await test(visitorId(24));
  assert.deepEqual([none.numbers, none.reason], [[], 'no_test_number'], 'no number of nobody, and none of a visitor');
});
