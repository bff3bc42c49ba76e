/**
 * Random pages under random changes: two twins get the same ones, and the library sees one of them only.
 *
 * After each frame no target is left to be seen in the one that is swapped; after a revert both are equal byte for byte; and what
 * is nobody's business is never touched.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampled } from '../rig/extent.mjs';
import { assigned, leaseReply, open } from './world.mjs';

/** Seeds of the pages; `DNI_SEED` runs one alone. */
const SEEDS = process.env.DNI_SEED ? [Number(process.env.DNI_SEED)] : [1, 2, 3, 4, 5, 6, 7, 8].map((n) => n * 7919);
/** Of so many seeds a page is made in every run. */
const SAMPLES = 2;
/** Frames of one page, with some changes each. */
const FRAMES = 40;

for (const [at, seed] of SEEDS.entries()) {
  test(`random changes, seed ${seed}`, sampled(at < SAMPLES), async (t) => {
    const { visit } = await open(t, { lease: (request) => leaseReply(request, [assigned('+18475560151'), assigned('+16305570188', '+13125550171')]) });
    const page = await visit('late.html');
    const outcome = await page.evaluate(play, { seed, frames: FRAMES });
    t.diagnostic(`seed ${seed}: ${outcome.changes} changes, ${outcome.swaps} numbers seen swapped`);
    assert.deepEqual(outcome.faults, []);
    assert.ok(outcome.swaps > FRAMES, 'the pages have too few numbers to prove anything');
    assert.deepEqual(page.errors, []);
  });
}

/** Runs in the page. */
async function play({ seed, frames }) {
  let state = seed;
  const random = (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const pick = (list) => list[random(list.length)];
  const forms = ['312-555-0142', '(312) 555-0142', '+1 312 555 0142', '312.555.0142', '3125550142', '312\u00a0555\u20110142', '1-312-555-0142', '(312) 555-0171'];
  const noise = ['', 'Call ', ' now', '312', 'Order 93125550142', '312-555-0143', ' – ', '\ud83d', '\n  ', '0142', 'x'];
  const text = () => `${pick(noise)}${random(3) ? ` ${pick(forms)} ` : ''}${pick(noise)}`;
  const names = ['p', 'div', 'b', 'span', 'a', 'i', 'li', 'section'];

  /** A change is made from numbers, so that it can be made to both twins. */
  const make = () => {
    const kind = random(12);
    if (kind < 3) return { kind: 'text', value: text() };
    if (kind < 4) return { kind: 'split', pieces: pick([['312', '-555-', '0142'], ['(312)', ' 555-0142'], ['312-555-01', '42'], ['+1 ', '312', '.555.', '0171']]) };
    if (kind < 5) return { kind: 'link', href: pick(['tel:+13125550142', 'sms:3125550142', '#', 'https://wa.me/13125550142', '/312-555-0142']), title: text(), value: text() };
    if (kind < 6) return { kind: 'kept', value: text() };
    return { kind: 'element', name: pick(names), value: text(), children: Array.from({ length: random(4) }, make) };
  };
  const element = (name, attributes, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };
  const build = (plan) => {
    if (plan.kind === 'text') return document.createTextNode(plan.value);
    if (plan.kind === 'split') return element('p', {}, ...plan.pieces.map((piece, at) => (at % 2 ? piece : element('b', {}, piece))));
    if (plan.kind === 'link') return element('a', { href: plan.href, title: plan.title }, plan.value);
    if (plan.kind === 'kept') return element('p', { 'data-dni-noswap': '', title: plan.value }, plan.value);
    return element(plan.name, {}, plan.value, ...plan.children.map(build));
  };

  /** Every node below a root in order; both twins have the same. */
  const nodes = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ALL);
    const all = [];
    while (walker.nextNode()) all.push(walker.currentNode);
    return all;
  };
  const change = (twins) => {
    const count = nodes(twins[0]).length;
    const [at, other, plan, kind, value] = [random(count || 1), random(count || 1), make(), random(10), text()];
    for (const twin of twins) {
      const all = nodes(twin);
      const node = all[at];
      const parent = all[other]?.nodeType === 1 ? all[other] : twin;
      if (!node || kind < 4) parent.append(build(plan));
      else if (kind < 5) node.remove();
      else if (kind < 7 && node.nodeType === 3) node.nodeValue = value;
      else if (kind < 8 && node.nodeType === 1) node.setAttribute('title', value);
      else if (kind < 9 && !node.contains(parent)) parent.prepend(node);
      else node.after?.(build(plan));
    }
  };

  const faults = [];
  const fault = (what) => { if (faults.length < 5) faults.push(what); };
  const host = document.getElementById('menu');
  // The twin stays outside of the document, where nobody sees it.
  const twins = [element('div', {}), element('div', {})];
  host.append(twins[0]);
  const target = /(?<![\d$#_=+%-])(?<!\d[.,/-])(?:\+?1[ -])?\(?312\)?[ .\u00a0-]?555[ .\u2011-](?:0142|0171)(?!\d)/;
  let changes = 0;
  let swaps = 0;
  for (let turn = 0; turn < frames; turn += 1) {
    for (let times = random(6) + 1; times > 0; times -= 1) {
      change(twins);
      changes += 1;
    }
    const frame = () => new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve)); });
    await frame();
    // On a machine that is busy with other things, what is beyond one frame's budget waits for the next.
    for (let more = 0; more < 20 && (await dni.report()).waiting; more += 1) await frame();
    const [ours, theirs] = twins.map(nodes);
    if (ours.length !== theirs.length) fault(`turn ${turn}: ${ours.length} nodes for ${theirs.length}`);
    ours.forEach((node, index) => {
      const original = theirs[index];
      const kept = (node.nodeType === 1 ? node : node.parentElement).closest('[data-dni-noswap]');
      const values = node.nodeType === 3 ? [[node.nodeValue, original.nodeValue]]
        : [...node.attributes ?? []].map(({ name, value }) => [value, original.getAttribute(name)]);
      for (const [value, before] of values) {
        if (value !== before) swaps += 1;
        if (kept && value !== before) fault(`turn ${turn}: left alone, but ${before} became ${value}`);
        if (value !== before && !/\d/.test(before)) fault(`turn ${turn}: ${JSON.stringify(before)} became ${JSON.stringify(value)}`);
      }
      if (node.nodeType === 3 && !kept && /^ .*[^\d] $/.test(` ${node.nodeValue} `) && target.test(` ${node.nodeValue} `)) {
        const beside = [node.previousSibling, node.nextSibling].map((one) => one?.textContent ?? '');
        if (!beside.some((one) => /\d/.test(one))) fault(`turn ${turn}: still ${JSON.stringify(node.nodeValue)}`);
      }
    });
  }
  await dni.revert();
  if (twins[0].innerHTML !== twins[1].innerHTML) fault('the twins differ in their markup');
  const [ours, theirs] = twins.map(nodes);
  ours.forEach((node, index) => {
    if (node.nodeValue !== theirs[index]?.nodeValue) fault(`${JSON.stringify(theirs[index]?.nodeValue)} came back as ${JSON.stringify(node.nodeValue)}`);
  });
  await dni.swap();
  await dni.revert();
  if (twins[0].innerHTML !== twins[1].innerHTML) fault('the twins differ after another round');
  return { faults, changes, swaps };
}
