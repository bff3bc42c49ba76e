/** What the worker's addresses say to people and to programs, and how a person comes to the page they asked for. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startWorld } from './world.mjs';

const CHROME = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

let world;
before(async () => { world = await startWorld(); });
after(() => world?.close());

async function ask(pathname, headers = {}, { method = 'GET', body } = {}) {
  const response = await fetch(`${world.edgeUrl}${pathname}`, { method, headers, body, redirect: 'manual' });
  return { status: response.status, headers: response.headers, type: response.headers.get('content-type') ?? '', text: await response.text() };
}

test('people are answered in HTML, and programs in JSON', async (t) => {
  const programs = [{}, { accept: '*/*' }, { accept: 'application/json' }, { accept: 'application/json, text/html;q=0.5' }];
  for (const [path, status, said, code] of [
    ['/', 200, /Open the call log/, 'no_such_route'],
    ['/about', 404, /nothing at this address/, 'no_such_route'],
    ['/index.html', 404, /nothing at this address/, 'no_such_route'],
    ['/dni-000000000000.js', 404, /nothing at this address/, 'no_such_route'],
    ['/a/b/c?d=e', 404, /nothing at this address/, 'no_such_route'],
    ['/console/', 200, /action="\/console\/sign-in"/, 'no_such_route'],
    ['/console/calls', 404, /nothing at this address/, 'no_such_route'],
    ['/console/nothing/', 404, /nothing at this address/, 'no_such_route'],
    ['/console/sign-out', 405, /takes POST only/, 'wrong_method'],
  ]) {
    await t.test(path, async () => {
      const page = await ask(path, { accept: CHROME });
      assert.deepEqual([page.status, page.type], [status, 'text/html; charset=utf-8']);
      assert.match(page.text, said);
      assert.match(page.headers.get('content-security-policy'), /default-src 'none'/);
      for (const headers of programs) {
        const answer = await ask(path, headers);
        assert.equal(answer.type, 'application/json; charset=utf-8', JSON.stringify(headers));
        assert.equal(JSON.parse(answer.text).error.code, code);
        assert.equal(answer.status, code === 'wrong_method' ? 405 : 404);
      }
      const head = await ask(path, { accept: CHROME }, { method: 'HEAD' });
      assert.deepEqual([head.status, head.type, head.text], [status, page.type, '']);
    });
  }
  assert.equal((await ask('/console/sign-out', { accept: CHROME })).headers.get('allow'), 'POST');
});

test('addresses of programs are answered in JSON, whatever they are asked with', async () => {
  for (const path of ['/v1/calls', '/v1/nothing', '/carrier/twilio/voice']) {
    const answer = await ask(path, { accept: CHROME });
    assert.equal(answer.type, 'application/json; charset=utf-8', path);
  }
  assert.equal((await ask('/v1/calls', { accept: CHROME })).headers.get('www-authenticate'), 'Bearer');
});

test('whoever is not signed in gets the form if they are a person, and a refusal if they are a program', async () => {
  const json = await ask('/console', { accept: 'application/json' });
  assert.deepEqual([json.status, JSON.parse(json.text).error.code], [401, 'wrong_key']);
  for (const path of ['/console', '/console/calls/CAL0', '/console/recordings/CAL0/RE0']) {
    const page = await ask(path, { accept: CHROME, cookie: 'dni_console=of.yesterday' });
    assert.match(page.text, new RegExp(`name="to" value="${path}"`));
  }
  // A player takes no page for a sound.
  assert.equal((await ask('/console/recordings/CAL0/RE0', { accept: 'audio/webm,*/*;q=0.5' })).status, 401);
  assert.equal((await ask('/console/sign-in', { accept: CHROME })).status, 200);
});

test('signing in leads to the page that was asked for, by way of a wrong key, too', async () => {
  const { sid } = await world.carrier.placeCall({ from: '+17735550121', to: world.document.pools[0].numbers[0], callee: 'answer', talk_seconds: 5 });
  const call = await world.logged(sid);
  const page = await (await world.browser()).newPage();
  const errors = [];
  page.on('console', (message) => { if (message.type() === 'error' && !/401/.test(message.text())) errors.push(message.text()); });
  for (const path of [`/console/calls/${call.id}`, `/console/calls/${call.id}?from=mail&x=%22%3E`, '/console/']) {
    await page.context().clearCookies();
    await page.goto(`${world.edgeUrl}${path}`);
    await page.getByLabel('API key').fill('a-wrong-key');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('API key').fill(world.apiKey);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    assert.equal(page.url(), `${world.edgeUrl}${path}`);
  }
  assert.deepEqual(errors, []);
});

test('signing in leads nowhere else', async () => {
  for (const to of ['https://evil.example/console', '//evil.example/console', '/\\evil.example', '/console/../v1/calls', '/consoles', 'javascript:alert(1)', '', '/console/sign-out']) {
    const body = new URLSearchParams({ key: world.apiKey, to }).toString();
    const answer = await ask('/console/sign-in', FORM, { method: 'POST', body });
    assert.deepEqual([answer.status, answer.headers.get('location')], [303, '/console'], to);
  }
  const page = await ask('/console/calls/%22%3E%3Cscript%3E?%22%3E%3Cscript%3E=1', { accept: CHROME });
  assert.doesNotMatch(page.text, /<script/);
});

test('pages have an icon, also where none is named', async () => {
  const { text } = await ask('/', { accept: CHROME });
  const icons = [...text.matchAll(/<link rel="icon" href="([^"]+)"/g)].map(([, address]) => address);
  assert.deepEqual(icons, ['/favicon.ico', '/favicon.svg']);
  const [ico, svg] = await Promise.all(icons.map((address) => ask(address, { accept: 'image/avif,image/webp,*/*;q=0.8' })));
  assert.deepEqual([ico.status, ico.type, svg.status, svg.type], [200, 'image/x-icon', 200, 'image/svg+xml']);
});
