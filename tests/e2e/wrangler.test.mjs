/** That the product starts by the commands that its documentation names: all other tests start workerd without wrangler around it. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../rig/ports.mjs';
import { runGroup, startGroup, waitFor } from '../rig/process.mjs';
import { putSite, siteDocument } from '../rig/seed.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WRANGLER = path.join(ROOT, 'node_modules/wrangler/bin/wrangler.js');
const CONFIG = ['--config', path.join(ROOT, 'edge-worker/wrangler.toml')];
/** Milliseconds until the edge must answer; a cold start on two busy cores takes about ten seconds. */
const START_LIMIT_MS = 60_000;
/** Keeps wrangler to itself: no questions, no telemetry, no look for updates. */
const QUIET = { CI: '1', WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true', NO_COLOR: '1', FORCE_COLOR: '0' };

test('wrangler applies the migrations, bundles the worker, and starts it', async (t) => {
  const stateDir = mkdtempSync(path.join(tmpdir(), 'dni-wrangler-'));
  const [port, inspectorPort] = await freePorts(2);
  const apiKey = randomBytes(16).toString('hex');
  const edgeUrl = `http://127.0.0.1:${port}`;
  const envFile = path.join(stateDir, 'edge.env');
  writeFileSync(envFile, `PUBLIC_URL='${edgeUrl}'\nAPI_KEY='${apiKey}'\n`, { mode: 0o600 });
  const wrangler = (start, args) => start(`wrangler ${args[0]}`, process.execPath, [WRANGLER, ...args, ...CONFIG], {
    cwd: ROOT, env: { ...QUIET, TMPDIR: stateDir }, logFile: path.join(stateDir, 'log'),
  });
  await wrangler(runGroup, ['d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', stateDir]);
  const edge = wrangler(startGroup, [
    'dev', '--ip', '127.0.0.1', '--port', String(port), '--inspector-port', String(inspectorPort), '--persist-to', stateDir, '--env-file', envFile,
    '--show-interactive-dev-session=false',
  ]);
  t.after(async () => {
    await edge.kill();
    rmSync(stateDir, { recursive: true, force: true });
  });
  await waitFor(edge, `${edgeUrl}/healthz`, START_LIMIT_MS);
  const site = await putSite({ edgeUrl, apiKey, document: siteDocument({ origins: ['https://harbor.example'] }) });
  assert.equal(site.version, 1);
  const visitor = '1'.padStart(32, '0');
  const now = Date.now();
  const lease = await fetch(`${edgeUrl}/v1/lease`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain', origin: 'https://harbor.example', 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Chrome/143.0.0.0 Safari/537.36' },
    body: JSON.stringify({ site: 'harbor', visitor, now, arrival: { at: now, url: 'https://harbor.example/', referrer: '' } }),
  });
  assert.deepEqual((await lease.json()).numbers.map(({ kind }) => kind), ['leased']);
  const { calls } = await (await fetch(`${edgeUrl}/v1/calls`, { headers: { authorization: `Bearer ${apiKey}` } })).json();
  assert.deepEqual(calls, []);
});
