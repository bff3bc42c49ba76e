/**
 * The edge worker on workerd, as edge-worker/wrangler.toml configures it, until it is told to end.
 *
 *     node tests/rig/edge-process.mjs OPTIONS.json
 *
 * It takes what `worker-build` made as it is and starts wrangler's own Miniflare: bundling and the proxies of `wrangler dev` take
 * seven of its eight seconds, and change nothing about the worker. That the product also starts by wrangler's commands is a
 * test of its own (tests/e2e/wrangler.test.mjs).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { Log, LogLevel, migrate, Miniflare, workerOptions } from './miniflare.mjs';


const { port, inspectorPort, storePort, stateDir, env, ready, entry = 'edge-worker/src/entry.js', databases = [] } = JSON.parse(readFileSync(process.argv[2], 'utf8'));

const miniflare = new Miniflare(workerOptions({
  modules: [...[...new Set([entry, 'edge-worker/src/entry.js', 'edge-worker/build/index.js'])].map((file) => ['ESModule', file]), ['CompiledWasm', 'edge-worker/build/index_bg.wasm']],
  env,
  databases,
  more: { host: '127.0.0.1', port, inspectorPort, resourcePersistencePath: path.join(stateDir, 'v3'), cf: false, unsafeTriggerHandlers: true, log: new Log(LogLevel.INFO) },
}));
for (const name of ['DB', ...databases]) {
  await migrate(await miniflare.getD1Database(name));
}
const store = storePort === undefined ? null : await showStore(storePort, await miniflare.getKVNamespace('CONFIG'));
writeFileSync(ready, '');

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, async () => {
    store?.close();
    await miniflare.dispose();
    process.exit(0);
  });
}

/** Lets tests look into the configuration's store: `GET /?prefix=` lists names, `PUT /name` writes. */
async function showStore(at, namespace) {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://store');
    if (request.method === 'PUT') {
      await namespace.put(decodeURIComponent(url.pathname.slice(1)), await text(request));
      return response.end();
    }
    const { keys } = await namespace.list({ prefix: url.searchParams.get('prefix') });
    return response.end(JSON.stringify(keys));
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, '127.0.0.1', resolve);
  });
  return server;
}

async function text(request) {
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
