/** `dni-wasm move SITE DATABASE`: brings the calls of a site into another of the deployment's databases. */

import { parseArgs } from 'node:util';
import { wrongUse } from './arguments.js';
import { connect, EDGE_USAGE, KEY_USAGE, refusal, requireName } from './sites.js';

export const USAGE = `usage: dni-wasm move SITE DATABASE [--edge URL]

Brings the calls of a site into another database: DB, DB_1 and so on, as they are bound in wrangler.toml. Calls come in and are read meanwhile. If
the command is ended, it goes on where it was when it is begun again; with the name of the database that the calls come from, it takes them back.

${EDGE_USAGE}${KEY_USAGE}
Ends with 0 when all calls are in that database, 2 if it is refused.
`;

/** Most requests of one move, each of which copies two hundred calls or deletes two thousand: a database holds some two million. */
const MAX_REQUESTS = 50_000;
/** Milliseconds until a request that failed, or was braked, is sent again. */
const AGAIN_MS = 5_000;
/** How often in a row a request may fail. */
const MAX_FAILURES = 12;

/** @param {string[]} args */
export async function run(args) {
  let parsed;
  try {
    parsed = parseArgs({ args, options: { edge: { type: 'string' } }, allowPositionals: true });
  } catch (error) {
    throw wrongUse(/** @type {Error} */ (error).message);
  }
  const { positionals: [site, database, ...more], values } = parsed;
  if (site === undefined || database === undefined || more.length) throw wrongUse('which site, into which database?');
  requireName(site);
  const ask = connect(values.edge);
  let copied = 0;
  let deleted = 0;
  for (let request = 0, failures = 0; request < MAX_REQUESTS && failures < MAX_FAILURES; request += 1) {
    const answer = await ask('POST', `${site}/move`, { body: { database } }).catch((error) => ({ status: 503, json: { error } }));
    if (answer.status === 200) {
      failures = 0;
      copied += answer.json.copied;
      deleted += answer.json.deleted;
      if (answer.json.done) {
        process.stdout.write(`✔ the calls of ${site} are in ${database}: ${copied} copied, ${deleted} deleted where they were\n`);
        return 0;
      }
      if (process.stderr.isTTY) process.stderr.write(`\r  ${copied} copied, ${deleted} deleted where they were`);
    } else if (answer.status === 429 || answer.status >= 500) {
      failures += 1;
      process.stderr.write(`! ${refusal(answer)}\n`);
      await new Promise((resolve) => { setTimeout(resolve, AGAIN_MS); });
    } else {
      process.stdout.write(`✖ ${site}: ${refusal(answer)}\n`);
      return 2;
    }
  }
  process.stdout.write(`✖ ${site}: it does not come to an end; begin the command again\n`);
  return 2;
}
