/** Free ports of 127.0.0.1, for several test processes at once. */
import { createServer } from 'node:net';

const HOST = '127.0.0.1';
/**
 * Ports that no system gives out by itself (Linux begins at 32768, others later): one of those could be taken by any
 * connection going out, also in the moment in which a program ends and starts again on its port.
 */
const [FIRST, LAST] = [20_000, 32_000];
/** Ports kept together: the first says whose the others are. */
const BLOCK = 20;

/** The rest of the block that is this process's; nobody else is given any of it. */
let own = [];

/**
 * Answers free ports, all different, that no other process which asks here is given as long as this one lives.
 *
 * @param {number} count at most 19
 * @returns {Promise<number[]>}
 */
export async function freePorts(count) {
  const free = [];
  while (free.length < count) {
    if (own.length === 0) {
      own = await reserveBlock();
    }
    const port = own.shift();
    if ((await takenPorts([port])).length === 0) {
      free.push(port);
    }
  }
  return free;
}

/** Listens on the first port of a block until this process ends, which keeps others out, however it ends. */
async function reserveBlock() {
  const blocks = Math.floor((LAST - FIRST) / BLOCK);
  const start = Math.floor(Math.random() * blocks);
  for (let step = 0; step < blocks; step += 1) {
    const first = FIRST + ((start + step) % blocks) * BLOCK;
    const guard = await listen(first).catch(() => null);
    if (guard) {
      guard.unref();
      return Array.from({ length: BLOCK - 1 }, (_, at) => first + 1 + at);
    }
  }
  throw new Error(`no ports are left between ${FIRST} and ${LAST}`);
}

/**
 * Answers which of the ports are taken.
 *
 * @param {number[]} ports
 * @returns {Promise<number[]>}
 */
export async function takenPorts(ports) {
  const taken = [];
  for (const port of ports) {
    try {
      const server = await listen(port);
      await new Promise((resolve) => {
        server.close(resolve);
      });
    } catch {
      taken.push(port);
    }
  }
  return taken;
}

function listen(port) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, HOST, () => resolve(server));
  });
}
