/** Free ports of 127.0.0.1. */
import { createServer } from 'node:net';

const HOST = '127.0.0.1';

/**
 * Answers ports that were free a moment ago, all different.
 *
 * @param {number} count at most 100
 * @returns {Promise<number[]>}
 */
export async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: Math.min(count, 100) }, () => listen(0)));
  const ports = servers.map((server) => server.address().port);
  // All are held until the last is known, or two of them could be the same.
  await Promise.all(servers.map((server) => new Promise((resolve) => {
    server.close(resolve);
  })));
  return ports;
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
