import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePorts, takenPorts } from './ports.mjs';
import { runGroup, startGroup, waitFor } from './process.mjs';

const RIG = fileURLToPath(new URL('process.mjs', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'rig-'));
const logFile = path.join(folder, 'log');
after(() => rmSync(folder, { recursive: true }));

/** A parent that does nothing, and a child of it that serves a port and is deaf to gentle signals. */
const server = (port) => `
  require('node:child_process').spawn(process.execPath, ['-e', \`
    ['SIGTERM', 'SIGINT', 'SIGHUP'].forEach((signal) => process.on(signal, () => {}));
    require('node:http').createServer((request, response) => response.end('ok')).listen(${port}, '127.0.0.1');
  \`], { stdio: 'inherit' });
  setInterval(() => {}, 1000);`;

for (const [name, end] of [['killing', (group) => group.kill()], ['stopping', (group) => group.stop()]]) {
  test(`${name} a group ends its grandchildren too`, async () => {
    const [port] = await freePorts(1);
    const group = startGroup('the server', process.execPath, ['-e', server(port)], { logFile, graceMs: 300 });
    await waitFor(group, `http://127.0.0.1:${port}/`, 10_000);
    assert.deepEqual(await takenPorts([port]), [port]);
    await end(group);
    assert.deepEqual(await takenPorts([port]), []);
    assert.match(await group.exited, /^the server ended/);
  });
}

test('the end of this process ends its groups', async () => {
  const [port] = await freePorts(1);
  const script = `
    import { startGroup, waitFor } from ${JSON.stringify(RIG)};
    const group = startGroup('the server', process.execPath, ['-e', ${JSON.stringify(server(port))}], { logFile: ${JSON.stringify(logFile)} });
    await waitFor(group, 'http://127.0.0.1:${port}/', 10_000);
    process.exit(7);`;
  assert.equal(spawnSync(process.execPath, ['--input-type=module', '-e', script]).status, 7);
  await nobodyListens(port);
});

test('so does the end of this process by a signal', async () => {
  const [port] = await freePorts(1);
  const script = `
    import { startGroup, waitFor } from ${JSON.stringify(RIG)};
    const group = startGroup('the server', process.execPath, ['-e', ${JSON.stringify(server(port))}], { logFile: ${JSON.stringify(logFile)} });
    await waitFor(group, 'http://127.0.0.1:${port}/', 10_000);
    process.kill(process.pid, 'SIGTERM');`;
  assert.equal(spawnSync(process.execPath, ['--input-type=module', '-e', script]).status, 143);
  await nobodyListens(port);
});

test('a failure shows the end of the log', async () => {
  const failing = ['-e', 'console.error("no such table: calls"); process.exit(3)'];
  await assert.rejects(runGroup('the migration', process.execPath, failing, { logFile }), /the migration ended \(exit code 3\)[\s\S]*no such table: calls/);
  const group = startGroup('the edge', process.execPath, failing, { logFile });
  await assert.rejects(waitFor(group, 'http://127.0.0.1:9/', 10_000), /the edge ended \(exit code 3\)[\s\S]*no such table: calls/);
});

test('a command that does not exist is said so', async () => {
  await assert.rejects(runGroup('the tool', path.join(folder, 'missing'), [], { logFile }), /the tool could not be started/);
});

/** A killed process gives its port back a moment later. */
async function nobodyListens(port) {
  for (let looks = 0; looks < 100 && (await takenPorts([port])).length > 0; looks += 1) {
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
  assert.deepEqual(await takenPorts([port]), []);
}
