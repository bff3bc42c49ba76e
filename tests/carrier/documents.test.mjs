/** Every document that the product can send, read by what its carrier publishes. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import jambonz from '@jambonz/schema';
import { RestClient as SignalWire } from '@signalwire/compatibility-api';
import { XmlDocument, XmlElement, XmlText } from 'libxml2-wasm';
import plivo from 'plivo';
import { twimlSchema } from './schema.mjs';

const ROOT = path.join(import.meta.dirname, '../..');
/** The fewest documents of one carrier. */
const LEAST = 15;

function documentsOf(carrier) {
  const documents = JSON.parse(readFileSync(path.join(ROOT, `call-router/tests/documents/${carrier}.json`), 'utf8'));
  assert.ok(documents.length >= LEAST, `${carrier}: ${documents.length} documents`);
  return documents;
}

const isValid = twimlSchema();

test("Twilio's documents are valid against the schema", { skip: isValid === null && 'the conformance data is not there' }, () => {
  for (const text of documentsOf('twilio')) {
    assert.doesNotThrow(() => isValid(text), text);
  }
  assert.throws(() => isValid('<Response><Dial answerOnBridges="true">1</Dial></Response>'), 'the schema refuses what it should');
});

test("Plivo's library can write the same documents", () => {
  const add = (into, name, text, attributes) => (text === '' ? into[`add${name}`](attributes) : into[`add${name}`](text, attributes));
  for (const text of documentsOf('plivo')) {
    writesTheSame(text, new plivo.Response(), add, (response) => response.toXML());
  }
  assert.throws(() => new plivo.Response().addDial({ timeouts: 3 }), 'the library refuses what it does not know');
});

test("SignalWire's library can write the same documents", () => {
  const method = (name) => name[0].toLowerCase() + name.slice(1);
  const add = (into, name, text, attributes) => (text === '' ? into[method(name)](attributes) : into[method(name)](attributes, text));
  for (const text of documentsOf('signalwire')) {
    writesTheSame(text, new SignalWire.LaML.VoiceResponse(), add, (response) => response.toString());
  }
  assert.throws(() => add(new SignalWire.LaML.VoiceResponse(), 'Stretch', '', {}), 'the library refuses what it does not know');
});

/** Lets a library add each element with its attributes to a response; it throws at what its carrier has not. */
function writesTheSame(text, response, add, write) {
  const document = XmlDocument.fromString(text);
  const rebuild = (element, into) => children(element).forEach((child) => {
    rebuild(child, add(into, child.name, ownText(child), attributesOf(child)));
  });
  rebuild(document.root, response);
  assert.deepEqual(outline(XmlDocument.fromString(write(response)).root), outline(document.root), text);
  document.dispose();
}

const children = (element) => [...nodes(element)].filter((node) => node instanceof XmlElement);
const ownText = (element) => [...nodes(element)].filter((node) => node instanceof XmlText).map((node) => node.content).join('');
const attributesOf = (element) => Object.fromEntries(element.attrs.map(({ name, value }) => [name, value]));
const outline = (element) => ({
  name: element.name, attributes: attributesOf(element), text: ownText(element).trim(), children: children(element).map(outline),
});

function* nodes(element) {
  for (let node = element.firstChild; node; node = node.next) {
    yield node;
  }
}

test("jambonz's schema takes every document", () => {
  for (const text of documentsOf('jambonz')) {
    const { valid, errors } = jambonz.validateApp(JSON.parse(text));
    assert.ok(valid || text === '[]', `${text}: ${JSON.stringify(errors?.slice(0, 3))}`);
  }
  assert.equal(jambonz.validateApp([{ verb: 'dial' }]).valid, false, 'the schema refuses what it should');
});

test("Vonage's own types fit every document", () => {
  const folder = mkdtempSync(path.join(ROOT, 'target/vonage-types-'));
  const check = (documents) => {
    const file = path.join(folder, 'documents.ts');
    writeFileSync(file, `${VONAGE_TYPES}\n${documents.map((text) => `(${text}) satisfies Ncco;`).join('\n')}\n`);
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--module', 'nodenext', '--types', ''];
    execFileSync(path.join(ROOT, 'node_modules/.bin/tsc'), [...options, file], { stdio: 'pipe', encoding: 'utf8' });
  };
  try {
    check(documentsOf('vonage'));
    assert.throws(() => check(['[{"action":"talk","text":"Hello","voiceName":"Amy"}]']), 'the types refuse what they do not know');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/**
 * The library's actions as they look in JSON: its enumerations are their texts there, and a style is the number that its own
 * `playTTS` and the reference of the API have. It lets an input be anything else too.
 */
const VONAGE_TYPES = `
import type { ConnectAction, InputAction, NotifyAction, RecordAction, StreamAction, TalkAction, WaitAction } from '@vonage/voice';
type Plain<T> = T extends string ? \`\${T}\` : T extends object ? { [Key in keyof T]: Plain<T[Key]> } : T;
type Known<T> = T extends unknown ? (string extends keyof T ? never : T) : never;
type Ncco = Plain<ConnectAction | NotifyAction | RecordAction | StreamAction | (Omit<TalkAction, 'style'> & { style?: number }) | WaitAction | Known<InputAction>>[];
`;
