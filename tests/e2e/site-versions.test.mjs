/** A site's versions: changed by two at once, tried out, compared, and brought back. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startWorld } from './world.mjs';

let world;
before(async () => { world = await startWorld(); });
after(() => world?.close());

async function ask(method, pathname, { body, headers = {} } = {}) {
  const response = await fetch(`${world.edgeUrl}/v1/sites/harbor${pathname}`, {
    method, headers: { authorization: `Bearer ${world.apiKey}`, ...headers }, body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: response.status, etag: response.headers.get('etag'), json: await response.json() };
}
const current = async () => (await ask('GET', '')).json;
const code = ({ status, json }) => [status, json.error?.code];

describe('two editors', () => {
  test('the second is told, and nothing is lost', async () => {
    const { etag, json } = await ask('GET', '');
    assert.equal(etag, `"${json.version}"`);
    const [one, other] = await Promise.all(['One', 'Other'].map((name) => ask('PATCH', '', { body: { name }, headers: { 'if-match': etag } })));
    assert.deepEqual([one.status, other.status].sort(), [200, 412]);
    const [won, lost] = one.status === 200 ? [one, other] : [other, one];
    assert.equal(lost.json.error.code, 'other_version');
    assert.match(lost.json.error.message, new RegExp(`it has version ${json.version + 1},`));
    assert.deepEqual([(await current()).name, (await current()).version, won.etag], [won.json.name, json.version + 1, `"${json.version + 1}"`]);
    assert.deepEqual(code(await ask('PUT', '', { body: world.document, headers: { 'if-match': etag } })), [412, 'other_version']);
    assert.deepEqual(code(await ask('DELETE', '', { headers: { 'if-match': etag } })), [412, 'other_version']);
    assert.deepEqual(code(await ask('PUT', '', { body: world.document, headers: { 'if-none-match': '*' } })), [412, 'other_version']);
  });

  test('without a word of versions, each change is made to what is there', async () => {
    const { version } = await current();
    const names = ['cookie_domain', 'time_zone', 'name'];
    const bodies = [{ cookie_domain: null }, { time_zone: 'Europe/Berlin' }, { name: 'Both' }];
    const replies = await Promise.all(bodies.map((body) => ask('PATCH', '', { body })));
    assert.ok(replies.every(({ status }) => [200, 409].includes(status)), JSON.stringify(replies));
    const after = await current();
    for (const [at, reply] of replies.entries()) {
      if (reply.status === 200 && names[at] !== 'cookie_domain') assert.equal(after[names[at]], Object.values(bodies[at])[0]);
    }
    assert.ok(after.version > version && after.version <= version + 3);
  });
});

test('a patch that changes nothing makes no version', async () => {
  const before = await current();
  const reply = await ask('PATCH', '', { body: { name: before.name } });
  assert.deepEqual([reply.status, reply.json.version], [200, before.version]);
});

test('a dry run tells what would be different, and changes nothing', async () => {
  const before = await current();
  const tried = await ask('PATCH', '?dry_run=true', { body: { name: 'Tried' } });
  assert.equal(tried.status, 200, JSON.stringify(tried.json));
  assert.deepEqual(tried.json.difference.changes.map(({ place }) => place), ['name']);
  assert.equal(tried.json.version, before.version);
  const faulty = await ask('PATCH', '?dry_run=true', { body: { destination: world.document.pools[0].numbers[0] } });
  assert.deepEqual(code(faulty), [422, 'bad_site']);
  assert.deepEqual(code(await ask('PUT', '?dry_run=maybe', { body: world.document })), [400, 'bad_parameter']);
  assert.deepEqual(await current(), before);
});

test('a patch must leave a site behind', async () => {
  const before = await current();
  for (const [body, expected] of [
    [{ name: null }, [400, 'bad_json']], [{ nam: 'x' }, [400, 'bad_json']], [[], [400, 'bad_json']], [null, [400, 'bad_json']], [{ time_zone: 'CST' }, [422, 'bad_site']], [{ targets: {} }, [400, 'bad_json']],
  ]) {
    const reply = await ask('PATCH', '', { body });
    assert.deepEqual(code(reply), expected, JSON.stringify(reply.json));
    assert.ok(reply.json.error.faults.length > 0);
  }
  assert.deepEqual(await current(), before);
});

test('an earlier version is compared and brought back as a new one', async () => {
  await ask('PUT', '', { body: world.document });
  const first = await current();
  await ask('PATCH', '', { body: { name: 'Second thoughts', recordings: { keep_days: 30 } } });
  const second = await current();
  const { versions, next_cursor: next } = (await ask('GET', '/versions?limit=2')).json;
  assert.deepEqual(versions.map(({ version }) => version), [second.version, first.version]);
  assert.equal((await ask('GET', `/versions?limit=1&cursor=${next}`)).json.versions[0].version, first.version - 1);
  assert.equal((await ask('GET', `/versions/${first.version}`)).json.name, first.name);
  const compared = (await ask('GET', `/versions/${first.version}/difference`)).json;
  assert.deepEqual([compared.from, compared.to], [first.version, second.version]);
  assert.deepEqual(compared.difference.changes.find(({ place }) => place === 'name'), { place: 'name', before: first.name, after: 'Second thoughts' });
  const back = (await ask('GET', `/versions/${second.version}/difference?to=${first.version}`)).json;
  assert.deepEqual(back.difference.changes.find(({ place }) => place === 'name'), { place: 'name', before: 'Second thoughts', after: first.name });
  const restored = await ask('POST', `/versions/${first.version}/restore`, { headers: { 'if-match': `"${second.version}"` } });
  assert.deepEqual([restored.status, restored.json.version, restored.json.name], [200, second.version + 1, first.name]);
  assert.deepEqual(code(await ask('POST', `/versions/${first.version}/restore`, { headers: { 'if-match': `"${second.version}"` } })), [412, 'other_version']);
  for (const version of ['0', '9999', 'x', '-1']) assert.deepEqual(code(await ask('GET', `/versions/${version}`)), [404, 'unknown_version']);
});

test('the latest hundred versions are kept', async () => {
  const { version } = await current();
  for (let more = 1; more <= 100; more += 1) {
    const { status, json } = await ask('PATCH', '', { body: { name: `Change ${more}` } });
    assert.equal(status, 200, JSON.stringify(json));
  }
  const { versions } = (await ask('GET', '/versions?limit=250')).json;
  assert.deepEqual([versions.length, versions.at(0).version, versions.at(-1).version], [100, version + 100, version + 1]);
  assert.deepEqual(code(await ask('GET', `/versions/${version}`)), [404, 'unknown_version']);
});
