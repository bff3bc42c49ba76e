/** What pages ask is answered so that they can read it, refusals included. */
import { after, before, test } from 'node:test';
import { checkPageRequest, pageRequests } from '../rig/page-requests.mjs';
import { startWorld } from './world.mjs';

let world;
before(async () => { world = await startWorld(); });
after(() => world?.close());

for (const name of Object.keys(pageRequests('harbor', 'https://harbor.example'))) {
  test(name, () => checkPageRequest(world.edgeUrl, world.site.url, pageRequests('harbor', world.site.url)[name]));
}
