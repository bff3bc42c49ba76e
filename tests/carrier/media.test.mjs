/** How the simulated carrier hands out recordings, and what can be wrong with them. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { readMediaFaults, sendMedia, wav } from './recordings.mjs';

let server;
let next;
before(async () => {
  server = createServer((_request, response) => sendMedia(response, ...next));
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
});
after(() => server.close());

test('two channels are two voices, of which one alone is heard where nobody asks for both', async () => {
  const stereo = wav(2, 2);
  assert.deepEqual([stereo.readUInt16LE(22), stereo.readUInt32LE(28), stereo.length], [2, 16_000, 44 + 2 * 2 * 8000]);
  const frames = Array.from({ length: 4000 }, (_, i) => [stereo[44 + 2 * i], stereo[45 + 2 * i]]);
  assert.ok(frames.some(([caller, business]) => caller !== business));
  assert.ok((await fetched({ channels: 2 }, 2)).body.equals(stereo));
  assert.ok((await fetched({ channels: 2 }, null)).body.equals(wav(2)));
  assert.equal((await fetched({ channels: 1 }, 2)).status, 400, 'as Twilio: no two of one');
});

test('faults happen as often as they are asked for', async () => {
  for (const [name, status] of [['missing', 404], ['gone', 410], ['refused', 401], ['failing', 500]]) {
    const faults = readMediaFaults({ [name]: 2 });
    const statuses = [];
    for (let i = 0; i < 3; i += 1) {
      statuses.push((await fetched({ channels: 1 }, null, faults)).status);
    }
    assert.deepEqual(statuses, [status, status, 200], name);
  }
  const broken = readMediaFaults({ broken: 1 });
  await assert.rejects(fetched({ channels: 1 }, null, broken));
  assert.equal((await fetched({ channels: 1 }, null, broken)).status, 200);
});

async function fetched({ channels }, asked, faults = readMediaFaults({})) {
  next = [{ seconds: 2, channels }, { form: '.wav', channels: asked }, faults];
  const response = await fetch(`http://127.0.0.1:${server.address().port}/`);
  return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
}
