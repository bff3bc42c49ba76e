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
const getLink = (visitor, touches = [], how) => ask('/v1/link', { visitor, history: { touches, seen_at: Date.now() } }, how);
/** Arrives on the other domain; `link` is what the address brought. */
const follow = (link, visitor, { landing = '/', ...how } = {}) => ask('/v1/lease', {
  visitor, now: Date.now(), link, arrival: { at: Date.now(), url: `${OTHER_ORIGIN}${landing}`, referrer: `${world.site.url}/` },
}, { origin: OTHER_ORIGIN, ...how });
/** Makes a token as the edge does, with any key and content. */
function forge(content, { key = KEY, agent = AGENT } = {}) {
  const text = Buffer.from(JSON.stringify(content));
  const mac = createHmac('sha256', key).update(`dni link\n${agent}\n`).update(text).digest();
  return `${text.toString('base64url')}.${mac.toString('base64url')}`;
}
const content = (visitor, more = {}) => ({ site: 'harbor', visitor, until: Date.now() + 60_000, history: { touches: [], seen_at: Date.now() }, ...more });

test('a visitor who follows a link stays the same, with their touches and their number', async () => {
  const [visitor, other] = [visitorId(1), visitorId(2)];
  const first = await world.lease(visitor, { landing: '/?gclid=first' });
  const reply = await getLink(visitor, first.json.history.touches);
  assert.equal(reply.status, 200);
  assert.equal(reply.json.expires_in, 180);
  assert.match(reply.json.link, /^[\w.-]+$/);
  assert.equal(reply.headers.get('access-control-allow-origin'), world.site.url);
  const there = await follow(reply.json.link, other);
  assert.equal(there.json.visitor, visitor);
  assert.equal(there.json.numbers[0].number, first.json.numbers[0].number);
  assert.equal(there.json.history.touches.length, 1);
  assert.match(there.json.history.touches[0].url, /gclid=first/);
  const again = await follow(reply.json.link, other);
  assert.deepEqual([again.json.visitor, again.json.numbers], [visitor, there.json.numbers], 'once more changes nothing');
});

test('a new campaign on the other domain is a new touch all the same', async () => {
  const visitor = visitorId(3);
  const { json: { link } } = await getLink(visitor, [touch(`${world.site.url}/?gclid=first`)]);
  const there = await follow(link, visitorId(4), { landing: '/?utm_source=mail' });
  assert.equal(there.json.history.touches.length, 2);
});

test('only the first and the last touch travel, and an address of any length stays short', async () => {
  const touches = [touch(`${world.site.url}/?gclid=a`), touch(`${world.site.url}/?gclid=b`), touch(`${world.site.url}/?gclid=c`)];
  const { json } = await getLink(visitorId(5), touches);
  const there = await follow(json.link, visitorId(6));
  assert.deepEqual(there.json.history.touches.map((one) => one.url.at(-1)), ['a', 'c']);
  const long = await getLink(visitorId(5), [touch(`${world.site.url}/?q=${'x'.repeat(4000)}`), touch(`${world.site.url}/?gclid=c`)]);
  assert.ok(long.json.link.length <= 1_500);
  assert.match((await follow(long.json.link, visitorId(6))).json.history.touches[0].url, /gclid=c/);
});

const HE = visitorId(7);
const ME = visitorId(8);
for (const [name, link, expected] of [
  ['of the edge itself', () => forge(content(HE)), HE],
  ['signed before the key was changed', () => forge(content(HE), { key: OLD_KEY }), HE],
  ['signed with another key', () => forge(content(HE), { key: 'guessed' }), ME],
  ['signed with an empty key', () => forge(content(HE), { key: '' }), ME],
  ['that is over', () => forge(content(HE, { until: Date.now() - 1_000 })), ME],
  ['of another site', () => forge(content(HE, { site: 'another-site' })), ME],
  ["of another browser", () => forge(content(HE), { agent: 'curl' }), ME],
  ['without an end', () => forge(content(HE, { until: undefined })), ME],
  ['with no visitor', () => forge(content('nobody')), ME],
  ['whose text was changed', () => forge(content(ME)).replace(/^[^.]+/, Buffer.from(JSON.stringify(content(HE))).toString('base64url')), ME],
  ['whose signature was cut', () => forge(content(HE)).slice(0, -4), ME],
  ['without a signature', () => forge(content(HE)).replace(/\..*/, '.'), ME],
  ['that is no token', () => 'x', ME],
  ['that is huge', () => forge(content(HE, { more: 'x'.repeat(3000) })), ME],
]) {
  test(`a link ${name} makes the visitor ${expected === HE ? 'him' : 'nobody else'}`, async () => {
    const reply = await follow(link(), ME);
    assert.equal(reply.status, 200);
    assert.equal(reply.json.visitor, expected);
  });
}

test('links are for pages of the site only', async () => {
  assert.equal((await getLink(HE, [], { origin: 'https://evil.example' })).status, 403);
  assert.equal((await ask('/v1/link', { visitor: 'x' })).status, 400);
});

test('a test takes no number, whatever the pool and the consent are', async () => {
  const document = { ...world.document, consent: 'required', pools: [{ ...world.document.pools[0], overflow: null }] };
  await putSite({ edgeUrl: world.edgeUrl, apiKey: world.apiKey, document });
  const reply = await world.lease(visitorId(20), { test: true });
  assert.equal(reply.status, 200);
  const [shown] = reply.json.numbers;
  assert.deepEqual([shown.target, shown.number, shown.kind, shown.lease], ['+13125550142', '+13125550100', 'test', undefined]);
  assert.equal(shown.display, '(312) 555-0100');
  assert.equal((await world.lease(visitorId(21), { test: true, origin: 'https://evil.example' })).status, 403);
  const real = await world.lease(visitorId(22), { consent: 'granted' });
  assert.equal(real.json.numbers[0].kind, 'leased', 'the pool is as full as before');
});
