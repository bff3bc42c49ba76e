/**
 * What a webhook costs here and with the official Node library: `node tests/bench/webhook.bench.mjs --out FOLDER`.
 *
 * Both check the signature of the same webhook and write the document that forwards the call; ours is measured with the reading
 * and the flow's step between, too. They take turns, so that a busy machine slows both. It fails if either refuses the webhook.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import twilio from 'twilio';

const ROOT = path.join(import.meta.dirname, '../..');
/** Turns of both. */
const ROUNDS = 9;
/** Webhooks of one turn of the library: long enough for the compiler to have done its work. */
const WEBHOOKS = 2_000;
/** The library's webhooks before them. */
const WARM_UP_WEBHOOKS = 5_000;
/** Milliseconds for building the example and for all of its runs. */
const LIMIT_MS = 10 * 60_000;

const { values: { out } } = parseArgs({ options: { out: { type: 'string' } } });
const [incoming] = JSON.parse(readFileSync(path.join(ROOT, 'call-router/tests/vectors/twilio.json'), 'utf8'));

execFileSync('cargo', ['build', '--quiet', '--profile', 'native', '--package', 'call-router', '--example', 'answer'], { cwd: ROOT, timeout: LIMIT_MS });
const example = path.join(ROOT, 'target/native/examples/answer');

answerMany(WARM_UP_WEBHOOKS);
const ours = [];
const theirs = [];
for (let round = 0; round < ROUNDS; round += 1) {
  ours.push(JSON.parse(execFileSync(example, { timeout: LIMIT_MS, encoding: 'utf8' })));
  theirs.push(answerMany(WEBHOOKS));
}

const least = (what) => Object.fromEntries(Object.keys(ours[0]).map((id) => [id, Math.min(...ours.map((figures) => figures[id][what].min_ns)) / 1_000]));
const [answer, checkAndWrite] = [least('answer'), least('check_and_write')];
const twilioNode = Math.min(...theirs);
const report = {
  unit: 'microseconds of one webhook, the least of all rounds: whatever else the machine does only adds',
  answer,
  checkAndWrite,
  twilioNode,
  timesLess: { answer: twilioNode / answer.twilio, checkAndWrite: twilioNode / checkAndWrite.twilio },
  rounds: ours.map((figures, round) => ({ ours: figures.twilio, twilioNode: theirs[round] })),
  versions: { twilio: JSON.parse(readFileSync(path.join(ROOT, 'node_modules/twilio/package.json'), 'utf8')).version, node: process.version },
};
console.log(JSON.stringify(report, null, 2));
const times = (name) => report.timesLess[name].toFixed(1);
console.log(`twilio-node checks and writes in ${twilioNode.toFixed(1)} µs, ${times('checkAndWrite')} times our ${checkAndWrite.twilio.toFixed(1)} µs for the same, and ${times('answer')} times our ${answer.twilio.toFixed(1)} µs with reading and deciding.`);
if (out) {
  mkdirSync(out, { recursive: true });
  writeFileSync(path.join(out, 'webhook.json'), `${JSON.stringify(report, null, 2)}\n`);
}

/** Answers many webhooks with the library and returns the microseconds of CPU that one took. */
function answerMany(count) {
  const before = process.cpuUsage();
  for (let webhook = 0; webhook < count; webhook += 1) {
    answerOnce();
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

function answerOnce() {
  const params = Object.fromEntries(new URLSearchParams(incoming.body));
  if (!twilio.validateRequest(incoming.key, incoming.signature, incoming.url, params)) {
    throw new Error('The library refuses the webhook.');
  }
  const response = new twilio.twiml.VoiceResponse();
  response.say('Thank you for calling. One moment, please.');
  const action = 'https://calls.example.com/carrier/twilio/dial?step=office&turn=2';
  const dial = response.dial({ answerOnBridge: true, timeout: 30, timeLimit: 14_400, action });
  const statusCallback = 'https://calls.example.com/carrier/twilio/leg#rc=5&rp=5xx,ct,rt';
  dial.number({ statusCallback, statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'] }, '+13125550199');
  return response.toString();
}
