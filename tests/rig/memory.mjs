/** How much memory the edge takes, as Linux counts it. */
import { readFileSync, writeFileSync } from 'node:fs';

/** What makes Linux forget the peak of a process. <https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html> */
const FORGET_PEAK = '5';

/**
 * Runs something, and answers by how many bytes workerd grew at most meanwhile; `null` where that cannot be told.
 *
 * @param {number} pid the process that started workerd
 * @param {() => Promise<unknown>} work
 */
export async function growthOfWorkerd(pid, work) {
  const workerd = childOf(pid, 'workerd');
  if (workerd === null) {
    await work();
    return null;
  }
  writeFileSync(`/proc/${workerd}/clear_refs`, FORGET_PEAK);
  const before = bytes(workerd, 'VmRSS');
  await work();
  return bytes(workerd, 'VmHWM') - before;
}

/**
 * Finds a program that a process started; `null` where that cannot be told.
 *
 * @param {number} pid
 * @param {string} name
 */
export function childOf(pid, name) {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    return children.find((child) => readFileSync(`/proc/${child}/comm`, 'utf8').trim() === name) ?? null;
  } catch {
    return null;
  }
}

function bytes(pid, what) {
  const [, kilobytes] = new RegExp(`^${what}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(kilobytes) * 1024;
}
