/** What pages load: the tag by its fixed name, the rest by names that carry their content's hash. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { get } from 'node:http';
import { after, before, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { startWorld } from './world.mjs';

const DECODE = { br: brotliDecompressSync, gzip: gunzipSync, identity: (bytes) => bytes };

let world;
before(async () => { world = await startWorld(); });
after(() => world?.close());

test('the tag is small, fresh for minutes, and the same in every encoding', async () => {
  const { headers } = await checkEncodings('/dni.js');
  assert.match(headers['content-type'], /^text\/javascript/);
  assert.match(headers['cache-control'], /max-age=300\b/);
  assert.ok(!headers['cache-control'].includes('immutable'));
});

test('the single file is there too, and is fresh for minutes', async () => {
  const { headers, body } = await checkEncodings('/dni.inline.js');
  assert.match(headers['content-type'], /^text\/javascript/);
  assert.match(headers['cache-control'], /max-age=300\b/);
  const { files } = JSON.parse((await fetchRaw('/manifest.json', 'identity')).body);
  const named = [...new Set(String(body).match(/dni-[0-9a-f]{12}\.(?:js|wasm)/g))];
  assert.deepEqual(named, [files.doctor.file], 'it names no other file than the one for its owner');
});

test('glue, extras, doctor and wasm are immutable and named by their hash', async () => {
  const tag = (await fetchRaw('/dni.js', 'identity')).body.toString();
  const files = [...new Set(tag.match(/dni-[0-9a-f]{12}\.(?:js|wasm)/g))];
  assert.equal(files.length, 4);
  for (const file of files) {
    const { headers, body } = await checkEncodings(`/${file}`);
    assert.match(headers['cache-control'], /immutable/);
    assert.match(headers['content-type'], file.endsWith('.wasm') ? /^application\/wasm$/ : /^text\/javascript/);
    assert.equal(headers['access-control-allow-origin'], '*', 'a module and a fetch of another origin need it');
    assert.ok(file.includes(createHash('sha256').update(body).digest('hex').slice(0, 12)), 'the name is the content\'s hash');
  }
});

test('the manifest names every file with its integrity, the pinned tags among them', async () => {
  const manifest = JSON.parse((await checkEncodings('/manifest.json')).body);
  assert.deepEqual(Object.keys(manifest.files).sort(), ['doctor', 'extras', 'glue', 'inline', 'tag', 'wasm']);
  for (const [name, { file, integrity }] of Object.entries(manifest.files)) {
    const { headers, body } = await checkEncodings(`/${file}`);
    assert.equal(integrity, `sha384-${createHash('sha384').update(body).digest('base64')}`, name);
    assert.match(headers['cache-control'], /immutable/);
    assert.equal(headers['access-control-allow-origin'], '*');
  }
  for (const [name, file] of Object.entries(manifest.latest)) {
    const [latest, pinned] = await Promise.all([file, manifest.files[name].file].map((one) => fetchRaw(`/${one}`, 'identity')));
    assert.deepEqual(latest.body, pinned.body);
  }
});

test('files of earlier builds are kept and answered', async () => {
  const tag = await fetchRaw('/dni.js', 'identity');
  const { files } = JSON.parse((await fetchRaw('/manifest.json', 'identity')).body);
  const archived = () => world.storedNames('asset/');
  const expected = Object.values(files).map(({ file }) => `asset/${file}`).sort();
  const end = Date.now() + 20_000;
  let found = [];
  while (Date.now() < end && found.length < expected.length) found = await archived();
  assert.deepEqual(found, expected, 'later builds find them there');
  await world.store('asset/dni-0123456789ab.js', 'window.older = true;');
  await world.store('asset/dni-0123456789ab.wasm', 'older wasm');
  const script = await fetchRaw('/dni-0123456789ab.js', 'identity');
  assert.deepEqual([script.status, script.body.toString()], [200, 'window.older = true;']);
  assert.match(script.headers['content-type'], /^text\/javascript/);
  assert.match(script.headers['cache-control'], /immutable/);
  assert.equal((await fetchRaw('/dni-0123456789ab.wasm', 'identity')).headers['content-type'], 'application/wasm');
  assert.ok(tag.body.length > 0);
});

test('other names are not served', async () => {
  for (const file of ['/dni-000000000000.js', '/dni-0123456789AB.css', '/dni-012345.js', '/site%2fharbor', '/dni.js.map', '/..%2fwrangler.toml']) {
    assert.equal((await fetchRaw(file, 'identity')).status, 404, file);
  }
});

async function checkEncodings(path) {
  const plain = await fetchRaw(path, 'identity');
  assert.equal(plain.status, 200);
  for (const [asked, expected] of [['br', 'br'], ['gzip', 'gzip'], ['br, gzip', 'br'], ['deflate', undefined]]) {
    const reply = await fetchRaw(path, asked);
    assert.equal(reply.headers['content-encoding'], expected, `${path} asked for ${asked}`);
    assert.deepEqual(DECODE[expected ?? 'identity'](reply.body), plain.body);
    assert.ok(!expected || reply.body.length < plain.body.length);
    assert.match(reply.headers.vary, /Accept-Encoding/i);
  }
  return plain;
}

/** The bytes as they come over the wire: `fetch` would decode them. */
function fetchRaw(path, encoding) {
  return new Promise((resolve, reject) => {
    get(`${world.edgeUrl}${path}`, { headers: { 'accept-encoding': encoding } }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) }));
    }).on('error', reject);
  });
}
