/** A small HTTP server on a port of its own; a request that nobody can answer is cut off. */
import { createServer } from 'node:http';

export async function serve(answer) {
  const server = createServer((request, response) => Promise.resolve(answer(request, response)).catch(() => response.destroy()));
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const stop = () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${server.address().port}`, stop };
}
