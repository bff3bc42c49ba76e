/** The edge that these tests stand on answers pages as the worker does: `tests/e2e/page-requests.test.mjs` plays the same on it. */
import { after, before, test } from 'node:test';
import { checkPageRequest, pageRequests } from '../rig/page-requests.mjs';
import { SITE, startWorld } from './world.mjs';

let world;
before(async () => { world = await startWorld(); });
after(() => Promise.all([world?.edge.stop(), world?.site.stop()]));

for (const name of Object.keys(pageRequests(SITE, 'https://harbor.example'))) {
  test(name, () => checkPageRequest(world.edge.url, world.site.url, pageRequests(SITE, world.site.url)[name]));
}
