/** A server that renders pages imports the runtime and may even start it: nothing happens. */
import assert from 'node:assert/strict';
import 'dni-wasm/element';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { init as initInline } from 'dni-wasm/inline';
import { useDniNumber } from 'dni-wasm/react';
import { init, version } from 'dni-wasm';

const globals = Object.keys(globalThis).length;
assert.match(version, /^\d+\.\d+\.\d+/);
for (const start of [init, initInline]) {
  const dni = start({ site: 'harbor-heating', edge: 'https://calls.example.com' });
  assert.equal(dni.site, 'harbor-heating');
  assert.equal(dni.version, version);
  assert.equal(await dni.getSession(), undefined);
  assert.equal(await dni.swap(), undefined);
  assert.deepEqual(await dni.getSwapNumbers(['312-555-0142'], (answer) => assert.deepEqual(answer, {})), {});
  assert.equal(await dni.push(['consent', 'granted']), undefined);
  assert.equal(start().site, '');
}
const Phone = () => createElement('b', null, useDniNumber('312-555-0142'));
assert.equal(renderToString(createElement(Phone)), '<b>312-555-0142</b>');
assert.equal(Object.keys(globalThis).length, globals);
process.stdout.write('fine');
