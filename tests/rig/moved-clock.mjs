/** Another time of day for workerd, and for it alone: a test need not wait until the clocks are changed. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('moved-clock.c', import.meta.url));
/** Where a clock can be put in front of workerd's: elsewhere its C library is not asked in this way. */
export const CAN_MOVE_CLOCK = process.platform === 'linux';

/**
 * Makes a clock, which shows an instant from now on and then goes on.
 *
 * @param {string} folder where its files go
 * @param {Date} instant
 * @returns {{workerd: string, moveTo: (instant: Date) => void}} the program to start in workerd's place, and how to move its clock, with it running too
 */
export function movedClock(folder, instant) {
  const [library, file, workerd] = ['moved-clock.so', 'moved-clock', 'workerd'].map((name) => path.resolve(folder, name));
  // Rust links with the same compiler, so that it is there.
  execFileSync('cc', ['-O2', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC', '-o', library, SOURCE]);
  const clock = { workerd, moveTo: (to) => writeFileSync(file, seconds(to.getTime() - Date.now()), { flag: 'r+' }) };
  writeFileSync(file, seconds(0));
  clock.moveTo(instant);
  writeFileSync(workerd, `#!/bin/sh\nMOVED_CLOCK='${file}' LD_PRELOAD='${library}' exec '${realWorkerd()}' "$@"\n`, { mode: 0o700 });
  return clock;
}

/** Finds the program that miniflare would start. */
function realWorkerd() {
  return createRequire(createRequire(import.meta.url).resolve('miniflare'))('workerd').default;
}

function seconds(ms) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(Math.round(ms / 1000)));
  return bytes;
}
