/** The programs that make and recognise speech, and whether this machine has them. */
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

/** What `cargo xtask setup` installs on Debian: eSpeak NG speaks, PocketSphinx listens, SoX fits the sound of one to the other. */
const PROGRAMS = ['espeak-ng', 'pocketsphinx_continuous', 'sox'];
/** Milliseconds one of them may take for a few sentences, on two busy cores. */
const LIMIT_MS = 60_000;

/** Why speech cannot be tested here; false if it can. */
export const missing = PROGRAMS.filter((program) => !isOnPath(program)).length > 0
  && `speech is tested with ${PROGRAMS.join(', ')}; \`cargo xtask setup\` installs them on Debian as root, with the package pocketsphinx-en-us`;

/**
 * Runs one of the programs.
 *
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<string>} what it wrote
 */
export async function run(program, args) {
  const { stdout } = await promisify(execFile)(program, args, { timeout: LIMIT_MS, maxBuffer: 1 << 20 });
  return stdout;
}

function isOnPath(program) {
  return (process.env.PATH ?? '').split(path.delimiter).filter(Boolean).some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
