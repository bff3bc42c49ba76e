/** `dni-wasm check-flow FILE`: says what is wrong with a call flow. */

import { checkFlow } from '../tools/node.js';
import { read, readFlows } from './files.js';
import { parse } from './arguments.js';

export const USAGE = `usage: dni-wasm check-flow FILE [--json] [--destination NUMBER] [--own NUMBER]… [--flows FILE]

Says what is wrong with the call flow in a JSON file (- for standard input), by the checker that decides before a flow is published.
What belongs to the site is judged only if it is told.

  --json                 prints the findings as JSON
  --destination NUMBER   where the site's calls go when a flow cannot go on
  --own NUMBER           one of the site's own tracking numbers, to which no flow may forward; may be repeated
  --flows FILE           the flows that this one can go on in: an object of flows by name

Ends with 0 if the flow can be published, 1 if it has errors, 2 if it cannot be checked.
`;

/** @type {import('./arguments.js').Options} */
const OPTIONS = {
  json: { type: 'boolean' },
  destination: { type: 'string' },
  own: { type: 'string', multiple: true },
  flows: { type: 'string' },
};
const SIGNS = { error: '✖', warning: '!' };

/** @param {string[]} args */
export function run(args) {
  const { subject: file, values: { destination, flows, json, own } } = parse(args, OPTIONS, 'flow');
  const site = { destination, ownNumbers: own ?? [], ...(flows !== undefined && { flows: Object.keys(readFlows(flows)) }) };
  const findings = checkFlow(read(file), site);
  process.stdout.write(json ? `${JSON.stringify(findings, undefined, 2)}\n` : textOf(file, findings));
  return findings.some(({ severity }) => severity === 'error') ? 1 : 0;
}

/**
 * @param {string} file
 * @param {import('../tools/index.d.ts').FlowFinding[]} findings
 */
function textOf(file, findings) {
  if (findings.length === 0) return `✔ ${file} can be published\n`;
  const lines = findings.flatMap(({ code, place, repair, sentence, severity }) => [
    `${SIGNS[severity]} ${place || 'the flow'}  ${code}`, `    ${sentence}`, `    → ${repair}`,
  ]);
  return `${file}\n${lines.join('\n')}\n`;
}
