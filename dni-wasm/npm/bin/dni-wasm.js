#!/usr/bin/env node
/** `dni-wasm COMMAND …`: each command is a module with its usage, and a function from arguments to the exit code. */

/** @type {Record<string, () => Promise<{USAGE: string, run: (args: string[]) => number | Promise<number>}>>} */
const COMMANDS = {
  doctor: () => import('./doctor-command.js'),
  'check-site': () => import('./check-site.js'),
  'check-flow': () => import('./check-flow.js'),
  'simulate-flow': () => import('./simulate-flow.js'),
  pull: () => import('./pull.js'),
  diff: () => import('./diff.js'),
  push: () => import('./push.js'),
  move: () => import('./move.js'),
};
const OVERVIEW = `usage: dni-wasm COMMAND …

  doctor URL          says of every phone number on a page whether it is swapped, or why not
  check-site FILE…    says what is wrong with sites
  check-flow FILE     says what is wrong with a call flow
  simulate-flow FILE  plays a call flow and says what a caller hears
  pull [SITE…]        brings sites of a deployment into files
  diff [SITE…]        says what publishing the files would change
  push [SITE…]        publishes the files
  move SITE DATABASE  brings the calls of a site into another database

dni-wasm COMMAND --help says what a command takes.
`;

process.exitCode = await main(process.argv.slice(2));

/** @param {string[]} args what stands behind the program's own name */
async function main([name, ...args]) {
  if (['help', '--help', '-h'].includes(name)) {
    process.stdout.write(OVERVIEW);
    return 0;
  }
  if (!Object.hasOwn(COMMANDS, name ?? '')) {
    process.stderr.write(`${name ? `there is no command ${name}` : 'which command?'}\n\n${OVERVIEW}`);
    return 2;
  }
  const { USAGE, run } = await COMMANDS[name]();
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(USAGE);
    return 0;
  }
  try {
    return await run(args);
  } catch (error) {
    const { isUsage, message } = /** @type {Error & {isUsage?: boolean}} */ (error);
    process.stderr.write(`${message}\n${isUsage ? `\n${USAGE}` : ''}`);
    return 2;
  }
}
