/** Every document that the product can send, read by what its carrier publishes. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import jambonz from '@jambonz/schema';
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
  for (const text of documentsOf('plivo')) {
    const document = XmlDocument.fromString(text);
    const response = new plivo.Response();
    rebuild(document.root, response);
    assert.deepEqual(outline(XmlDocument.fromString(response.toXML()).root), outline(document.root), text);
    document.dispose();
  }
  assert.throws(() => new plivo.Response().addDial({ timeouts: 3 }), 'the library refuses what it does not know');
});

/** Lets the library add each element with its attributes; it throws at an element or attribute that Plivo has not. */
function rebuild(element, into) {
  for (const child of children(element)) {
    const text = ownText(child);
    const attributes = attributesOf(child);
    const added = text === '' ? into[`add${child.name}`](attributes) : into[`add${child.name}`](text, attributes);
    rebuild(child, added);
  }
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
