/** `dni-wasm push [SITE…]`: publishes the files. */

import { setTimeout as wait } from 'node:timers/promises';
import { begin, COMMON_USAGE, refusal } from './sites.js';

export const USAGE = `usage: dni-wasm push [SITE…] [--edge URL] [--folder FOLDER] [--force]

Publishes the files, or those of the sites named. Each is checked whole first, and is published only if nobody has changed the site since the file
was pulled: versions.json in the folder says which version that was. A site with thousands of numbers is published in steps, which are waited for.

${COMMON_USAGE}  --force          publishes over what others have changed

Ends with 0 if all are published, 2 if one was refused or not published to its end; the others are published all the same.
`;

/** Milliseconds between two steps of a publication that does not come on: somebody else is at it. */
const PAUSE_MS = 2_000;
/** Most steps in a row by which it does not come on: longer than the deployment's own cron needs to take it up. */
const MAX_PAUSES = 60;

/** @param {string[]} args */
export async function run(args) {
  const { names, folder, force, ask } = begin(args, ['edge', 'folder', 'force']);
  const versions = folder.versions();
  let worst = 0;
  for (const site of names.length ? names : folder.names()) {
    const known = versions[site];
    /** @type {Record<string, string>} */
    const condition = known === undefined ? { 'if-none-match': '*' } : { 'if-match': `"${known}"` };
    const body = folder.read(site);
    const first = await ask('PUT', site, { body, headers: force ? {} : condition });
    // What was taken is the site, whether all of its numbers are written or not.
    if (first.status < 300) folder.keepVersion(site, first.json.version);
    const answer = first.status === 202 ? await publishedToItsEnd(site, body, first, ask) : first;
    if (answer.status === 200 || answer.status === 201) {
      process.stdout.write(answer.json.version === known ? `✔ ${site} is as published\n` : `✔ ${site} is published, version ${answer.json.version}\n`);
      for (const warning of answer.json.warnings ?? []) process.stdout.write(`! ${warning.place}: ${warning.message}\n`);
    } else if (answer.status === 202) {
      process.stdout.write(`✖ ${site}: version ${answer.json.version} is taken, but ${answer.json.publishing.left} numbers are left to be published; the deployment goes on by itself\n`);
      worst = 2;
    } else {
      const advice = answer.status === 412 ? '\n  Pull it, and bring your change in again; or push with --force.' : '';
      process.stdout.write(`✖ ${site}: ${refusal(answer)}${advice}\n`);
      worst = 2;
    }
  }
  return worst;
}

/**
 * Sends a site again until all of its numbers are published, or somebody else has changed it.
 *
 * @param {string} site
 * @param {object} body
 * @param {import('./sites.js').Answer} answer
 * @param {import('./sites.js').Work['ask']} ask
 */
async function publishedToItsEnd(site, body, answer, ask) {
  const headers = { 'if-match': `"${answer.json.version}"` };
  for (let pauses = 0; answer.status === 202 && pauses < MAX_PAUSES;) {
    const { left } = answer.json.publishing;
    process.stdout.write(`  ${site}: ${left} numbers are left\n`);
    const next = await ask('PUT', site, { body, headers });
    const isStuck = next.status >= 500 || (next.status === 202 && next.json.publishing.left >= left);
    if (isStuck) {
      pauses += 1;
      await wait(PAUSE_MS);
    } else {
      pauses = 0;
    }
    if (next.status < 500) answer = next;
  }
  return answer;
}
