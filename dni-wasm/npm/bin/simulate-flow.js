/** `dni-wasm simulate-flow FILE`: plays a call flow and says what a caller hears. */

import { simulateFlow } from '../tools/node.js';
import { parsed, read, readFlows } from './files.js';
import { parse, wrongUse } from './arguments.js';

export const USAGE = `usage: dni-wasm simulate-flow FILE [--script FILE] [--at TIME] [--flows FILE] [--json] [REPLY options]

Plays the call flow in a JSON file (- for standard input) with a caller and a business that do as they are told, and says what they
hear. It is the engine that answers carriers.

  --script FILE    a script: {"at": …, "facts": {…}, "replies": ["no_answer", {"press": "1"}, "message"]}
  --at TIME        when the call begins: 2026-11-01T01:30:00-05:00, or by a zone's clock 2026-11-01T01:30[America/Chicago]
  --reply WORD     what somebody does next, instead of the script's replies; may be repeated: answer, decline, no_answer, busy,
                   fail, silence, message, no_message, hang_up, or a key
  --flows FILE     the flows that this one can go on in: an object of flows by name
  --json           prints the call as JSON

Ends with 0 if the call came to its end, 1 if it waits for somebody, 2 if it cannot be played.
`;

/** @type {import('./arguments.js').Options} */
const OPTIONS = {
  at: { type: 'string' },
  flows: { type: 'string' },
  json: { type: 'boolean' },
  reply: { type: 'string', multiple: true },
  script: { type: 'string' },
};
const ENDINGS = {
  hung_up: 'the flow hung up', caller_left: 'the caller hung up', refused: 'the call was refused', waiting: 'somebody is still waited for',
};

/** @param {string[]} args */
export function run(args) {
  const { subject: file, values: { at, flows, json, reply, script: scriptFile } } = parse(args, OPTIONS, 'flow');
  const script = scriptFile === undefined ? {} : parsed(scriptFile);
  if (script === null || typeof script !== 'object' || Array.isArray(script)) throw wrongUse(`${scriptFile} must hold an object`);
  if (at !== undefined) script.at = /^\d+$/.test(at) ? Number(at) : at;
  if (reply !== undefined) script.replies = reply.map((/** @type {string} */ word) => (/^[0-9*#]$/.test(word) ? { press: word } : word));
  const walk = simulateFlow(read(file), script, flows === undefined ? undefined : readFlows(flows));
  process.stdout.write(json ? `${JSON.stringify(walk, undefined, 2)}\n` : textOf(walk));
  return walk.ending === 'waiting' ? 1 : 0;
}

/** @param {import('../tools/index.d.ts').FlowWalk} walk */
function textOf({ ending, heard, path }) {
  const steps = path.map(({ flow, outcome, step }) => `  ${flow ? `${flow}: ` : ''}${step}${outcome ? ` → ${outcome}` : ''}`);
  return ['Path', ...steps, '', 'Heard', ...heard.map((one) => `  ${said(one)}`), '', `Ending: ${ENDINGS[ending]}`, ''].join('\n');
}

/** @param {import('../tools/index.d.ts').FlowHeard} one */
function said(one) {
  switch (one.what) {
    case 'said': return `“${one.text}”`;
    case 'played': return one.url;
    case 'asked': return `waits ${one.wait_seconds} s for a key`;
    case 'rang': return `rings ${one.to.join(', ')} for ${one.seconds} s${one.recorded ? ', recorded' : ''}`;
    case 'whispered': return `the business hears “${one.text}”`;
    case 'tone': return `tone; a message of ${one.max_seconds} s at most`;
    default: return JSON.stringify(one);
  }
}
