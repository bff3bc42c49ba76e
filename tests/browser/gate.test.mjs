/** What the library finds on a page, it also takes a number for; and for nothing else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assigned, open, patternsOf, until } from './world.mjs';

/** Milliseconds in which nothing must happen. */
const QUIET_MS = 400;
const TAG = '<script async src="{{EDGE}}/dni.js" data-site="{{SITE}}"></script>';
const US = '+13125550142';
const UK = '+442079460018';
const BERLIN = '+4930901820';
const FLOWERS = '+18003569377';

/** A number as the edge sends it: one of the plan as people write it there, and here always one of the target's form. */
function sent(number, target) {
  const one = assigned(number, target);
  return number.startsWith('+1') ? { ...one, same_form: true } : { ...one, display: number, same_form: true };
}

/** Opens a page with this body, of a site with this target, whose visitors get this number. */
async function page(t, target, number, body, { query = '', settle = true, ...answers } = {}) {
  const world = await open(t, {
    targets: () => patternsOf(target),
    lease: ({ visitor, arrival }) => ({
      visitor, history: { touches: [arrival], seen_at: arrival.at }, hosts: [], numbers: [sent(number, target)],
      expires_in: 1800, beat_every: 60,
    }),
    ...answers,
  });
  world.site.own['page.html'] = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>${TAG}</head><body>${body}</body></html>`;
  const opened = await world.visit(`page.html${query}`, { settle });
  return { ...world, page: opened };
}

const body = (page) => page.evaluate(() => document.body.innerHTML);

/** What stands on a page without any link, and what the visitor sees. */
const SWAPPED = [
  ['minified terms', US, '+13125550151', '<dl><dt>Phone:</dt><dd>312-555-0142</dd></dl>', '<dl><dt>Phone:</dt><dd>312-555-0151</dd></dl>'],
  ['a street number before it', US, '+13125550151', '<p>Main St 12</p><p>312-555-0142</p>', '<p>Main St 12</p><p>312-555-0151</p>'],
  ['no blank behind brackets', US, '+13125550151', '<p>(312)555-0142</p>', '<p>(312)555-0151</p>'],
  ['a one before it', US, '+13125550151', '<p>Call 1-312-555-0142</p>', '<p>Call 1-312-555-0151</p>'],
  ['a label before it', US, '+13125550151', '<p>Phone:312-555-0142</p>', '<p>Phone:312-555-0151</p>'],
  ['seven digits together', US, '+13125550151', '<p>(312) 5550142</p>', '<p>(312) 5550151</p>'],
  ['a line end and indentation', US, '+13125550151', '<h1>Call us at (312)\n      555-0142 today</h1>', '<h1>Call us at (312)\n      555-0151 today</h1>'],
  ['tabs', US, '+13125550151', '<p>312\t555\t0142</p>', '<p>312\t555\t0151</p>'],
  ['middle dots', US, '+13125550151', '<p>312 · 555 · 0142</p>', '<p>312 · 555 · 0151</p>'],
  ['minus signs', US, '+13125550151', '<p>312−555−0142</p>', '<p>312−555−0151</p>'],
  ['square brackets', US, '+13125550151', '<p>[312] 555-0142</p>', '<p>[312] 555-0151</p>'],
  ['pieces', US, '+13125550151', '<p>(312) 555-01<b>42</b></p>', '<p>(312) 555-01<b>51</b></p>'],
  ['pieces with bullets between', US, '+13125550151', '<p><b>312</b> • <i>555</i> • <u>0142</u></p>', '<p><b>312</b> • <i>555</i> • <u>0151</u></p>'],
  ['a label that is read aloud', US, '+13125550151', '<button aria-label="Call 312-555-0142">Call</button>', '<button aria-label="Call 312-555-0151">Call</button>'],
  ['a link to a chat', US, '+13125550151', '<a href="https://wa.me/13125550142">Chat</a>', '<a href="https://wa.me/13125550151">Chat</a>'],
  ['letters', FLOWERS, '+18885550151', '<p>Call 1-800-flowers</p>', '<p>Call (888) 555-0151</p>'],
  ['letters behind brackets', FLOWERS, '+18885550151', '<p>(800) FLOWERS</p>', '<p>(888) 555-0151</p>'],
  ['letters without a sign', FLOWERS, '+18885550151', '<p>800FLOWERS</p>', '<p>(888) 555-0151</p>'],
  ['four letters', '+13125554328', '+13125550151', '<p>312-555-HEAT</p>', '<p>(312) 555-0151</p>'],
  ['another form in brackets', FLOWERS, '+18885551004', '<p>Call toll-free (1-800-FLOWERS)</p>', '<p>Call toll-free ((888) 555-1004)</p>'],
  ['London as one word', UK, '+442079460999', '<p>02079460018</p>', '<p>02079460999</p>'],
  ['London with a zero in brackets', UK, '+442079460999', '<p>+44 (0)20 7946 0018</p>', '<p>+44 (0)20 7946 0999</p>'],
  ['London with a zero behind the code', UK, '+442079460999', '<p>+44 020 7946 0018</p>', '<p>+44 020 7946 0999</p>'],
  ['Berlin with a slash', '+493012345678', '+493012345699', '<p>030/12345678</p>', '<p>030/12345699</p>'],
  ['Berlin from abroad', '+493012345678', '+493012345699', '<p>0049 30 12345678</p>', '<p>0049 30 12345699</p>'],
  ['a switchboard', BERLIN, '+4930901877', '<p>030 90182-0</p>', '<p>030 90187-7</p>'],
  ['a switchboard whose zero stands apart', BERLIN, '+4930901877', '<p>030 90182<span>-0</span></p>', '<p>030 90187<span>-7</span></p>'],
  ['pairs', '+33123456789', '+33123456700', '<p>01 23 45 67 89</p>', '<p>01 23 45 67 00</p>'],
  ['Hamburg twice with its zero', '+4940123456', '+4940123477', '<p>+49 (040) 123456</p>', '<p>+49 (040) 123477</p>'],
  ['Madrid', '+34912345678', '+34912345699', '<p>912 345 678</p>', '<p>912 345 699</p>'],
  ['Reykjavik', '+3545551234', '+3545551299', '<p>555 1234</p>', '<p>555 1299</p>'],
  ['six digits in pairs', '+61137788', '+61137799', '<p>Call 13 77 88</p>', '<p>Call 13 77 99</p>'],
  ['wide digits', '+81612345678', '+81612345699', '<p>０６－１２３４－５６７８</p>', '<p>０６－１２３４－５６９９</p>'],
  ['Arabic digits', '+201001234567', '+201001234599', '<p>٠١٠٠ ١٢٣ ٤٥٦٧</p>', '<p>٠١٠٠ ١٢٣ ٤٥٩٩</p>'],
  ['two numbers with a slash', US, '+13125550151', '<p>312-555-0142/312-555-0143</p>', '<p>312-555-0151/312-555-0143</p>'],
  ['two numbers with a comma', US, '+13125550151', '<p>312-555-0143,312-555-0142</p>', '<p>312-555-0143,312-555-0151</p>'],
];

for (const [name, target, number, before, after] of SWAPPED) {
  test(`a page with ${name} takes a number and shows it`, async (t) => {
    const { page: opened, edge } = await page(t, target, number, before);
    assert.equal(await body(opened), after);
    assert.equal(await opened.evaluate(() => dni.state), 'ready');
    assert.equal(edge.asked('lease').length, 1);
    assert.deepEqual(opened.errors, []);
  });
}

/** Links beside the number, and what they dial then. */
const LINKS = [
  [' tel:+13125550142', ' tel:+13125550151'],
  ['\n  tel:+13125550142', '\n  tel:+13125550151'],
  [' sms:+13125550142', ' sms:+13125550151'],
  [' https://wa.me/13125550142', ' https://wa.me/13125550151'],
  ['tel:%28312%29%20555-0142', 'tel:%28312%29%20555-0151'],
  ['tel:%20312-555-0142', 'tel:%20312-555-0151'],
  ['tel:%20%2B1%20312%20555%200142', 'tel:%20%2B1%20312%20555%200151'],
  ['tel:312%E2%80%91555%E2%80%910142', 'tel:312%E2%80%91555%E2%80%910151'],
  ['tel:312%C2%A0555%C2%A00142', 'tel:312%C2%A0555%C2%A00151'],
  ['tel:%C2%A0312-555-0142', 'tel:%C2%A0312-555-0151'],
  ['tel:+13125550142%2C12', 'tel:+13125550151%2C12'],
  ['tel:+13125550142%3Bext%3D12', 'tel:+13125550151%3Bext%3D12'],
  ['tel:+13125550142,,12#', 'tel:+13125550151,,12#'],
  ['tel:+13125550142p12', 'tel:+13125550151p12'],
  ['tel:+13125550142w12', 'tel:+13125550151w12'],
  ['TEL:3125550142', 'TEL:3125550151'],
];

test('every link that calls the number calls the visitor\'s, however it is written', async (t) => {
  const before = LINKS.map(([href], at) => `<a id="a${at}" href="${href}">Call</a>`).join('');
  const { page: opened } = await page(t, US, '+13125550151', `${before}
    <map name="map"><area id="area" href="tel:+13125550142" alt="Call"></map>
    <svg><a id="svg" href="tel:312-555-0142"><text>Call</text></a><a id="xlink" xlink:href="tel:312-555-0142"><text>Call</text></a></svg>`);
  const got = await opened.evaluate((count) => Array.from({ length: count }, (_, at) => document.getElementById(`a${at}`).getAttribute('href')), LINKS.length);
  assert.deepEqual(got, LINKS.map(([, href]) => href));
  const others = await opened.evaluate(() => [area.getAttribute('href'), svg.getAttribute('href'), xlink.getAttribute('xlink:href')]);
  assert.deepEqual(others, ['tel:+13125550151', 'tel:312-555-0151', 'tel:312-555-0151']);
});

/** Where a number may stand that no text of the page itself has. */
const INSIDE = {
  'an open shadow root': '<div><template shadowrootmode="open"><p>312-555-0142</p></template></div>',
  'a shadow root in another': '<div><template shadowrootmode="open"><div><template shadowrootmode="open"><p>312-555-0142</p></template></div></template></div>',
  'a frame of the same origin': '<iframe srcdoc="<p>312-555-0142</p>"></iframe>',
  'an area of a map': '<map name="map"><area href="tel:+13125550142" alt="Call"></map>',
  'a link in an old drawing': '<svg><a xlink:href="tel:312-555-0142"><text>Call</text></a></svg>',
};
for (const [name, markup] of Object.entries(INSIDE)) {
  test(`a number in ${name} takes a lease`, async (t) => {
    const { edge } = await page(t, US, '+13125550151', `${markup}<p>1 Main Street</p>`, { settle: false });
    await until(() => edge.asked('lease').length === 1);
  });
}

/** What has digits, and none of the site's numbers. */
const OTHERS = [
  'Sizes 36/38/40', 'Server 192.168.10.11, mask 255.255.255.0', '10-12-14 weeks', '41.8781 87.6298', '41.8781° N, 87.6298° W',
  'Opening hours 08.00 - 17.00', 'Mon-Fri 0800-1700, Sat 09:00–13:00', '2026-11-30T12:34:56Z', '30.11.2026, 11/30/2026, 2019 - 2026',
  'ISBN 978-3-16-148410-0', 'IBAN DE89 3704 0044 0532 0130 00', 'Card 4111 1111 1111 1111', 'Order 1234567890123', '$1,299.00 or 1.299,00 €',
  'Fax 312-555-0143', '+44 20 7946 0018', '1-800-FLOWERS', 'Version 10.15.7.1234', 'ZIP 60601-0142',
];
for (const target of [US, UK, '+61137788', '+3545551234']) {
  test(`a page without ${target} takes no number, whatever digits it has`, async (t) => {
    const others = OTHERS.filter((text) => target !== UK || !text.includes('7946'));
    const { page: opened, edge } = await page(t, target, '+13125550151', others.map((text) => `<p>${text}</p>`).join(''));
    await opened.waitForTimeout(QUIET_MS);
    assert.equal(await opened.evaluate(() => dni.state), 'number');
    assert.deepEqual(edge.asked('lease'), []);
    assert.equal(edge.lookups, 1);
  });
}

for (const [name, targets] of Object.entries({
  'is down': () => ({ status: 503 }),
  'knows no such address': () => ({ status: 404 }),
  'says nothing of use': () => '<!doctype html>',
})) {
  test(`where the edge ${name} the tag guesses`, async (t) => {
    for (const text of ['(312)555-0142', '1-312-555-0142', 'Phone:312-555-0142', '(312) 5550142', '312-555-0142/312-555-0143', '312 · 555 · 0142']) {
      const { page: opened } = await page(t, US, '+13125550151', `<p>${text}</p>`, { targets });
      assert.equal(await body(opened), `<p>${text.replace('0142', '0151')}</p>`);
    }
    for (const text of OTHERS.slice(0, 13).filter((text) => !/DE89|4111/.test(text))) {
      const { page: opened, edge } = await page(t, US, '+13125550151', `<p>${text}</p>`, { targets });
      await opened.waitForTimeout(50);
      assert.deepEqual(edge.asked('lease'), [], text);
    }
  });
}

test('while the tag learns what to look for, glue and wasm are on their way', async (t) => {
  let answer;
  const targets = () => new Promise((resolve) => { answer = () => resolve(patternsOf(US)); });
  const { page: opened, edge } = await page(t, US, '+13125550151', '<p>312-555-0142</p>', { targets, settle: false });
  await until(() => answer && edge.fetched.length === 3);
  assert.deepEqual(edge.asked('lease'), []);
  answer();
  await opened.waitForFunction(() => document.body.textContent.includes('0151'));
});

test('?dni_test=1 goes through the same gate', async (t) => {
  const { page: opened, edge } = await page(t, US, '+13125550151', '<p>Sizes 36/38/40</p><p id="late"></p>', { query: '?dni_test=1' });
  await opened.waitForTimeout(QUIET_MS);
  assert.deepEqual(edge.asked('lease'), []);
  assert.equal(await opened.evaluate(() => dni.state), 'number');
  await opened.evaluate(() => { document.getElementById('late').textContent = '(312)555-0142'; });
  await opened.waitForFunction(() => document.getElementById('late').textContent === '(312)555-0151');
  assert.equal(edge.asked('lease')[0].test, true);
});
