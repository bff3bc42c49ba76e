/**
 * Serves the demo site: the pages of this folder, with the addresses of the running parts put in,
 * and `/arrive`, which plays the outside page a visitor comes from.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { arrivalPage } from './arrivals.mjs';

/**
 * @typedef {object} Site
 * @property {string} host
 * @property {number} port
 * @property {string} url
 * @property {Record<string, string>} places what stands for the addresses of the running parts
 * @property {string | undefined} tag
 * @property {Record<string, string>} headers
 */

/** @type {Record<string, string>} what may be served: files that lie directly in this folder and have one of these endings */
const TYPES = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};
const FILE_NAME = /^[a-z0-9-]{1,60}\.([a-z]{2,4})$/;
/** The snippet as a business would paste it; `tag` replaces it in tests. */
const SNIPPET = '<script async crossorigin src="%EDGE_URL%/dni.js" data-site="harbor"></script>';

/**
 * Starts the site.
 *
 * @param {object} options
 * @param {number} options.port 0 for a free one
 * @param {string} [options.host]
 * @param {string} options.edgeUrl
 * @param {string} [options.carrierUrl] the soft-phone
 * @param {string} [options.consoleUrl]
 * @param {string} [options.tag] markup in place of the script tag; '' for a page without one
 * @param {Record<string, string>} [options.headers] sent with every answer, such as a content security policy
 * @returns {Promise<{url: string, close: () => Promise<void>}>}
 */
export async function serveSite({ port, host = '127.0.0.1', edgeUrl, carrierUrl = '', consoleUrl = '', tag, headers = {} }) {
  /** @type {Site} */
  const site = { host, port, url: '', places: { EDGE_URL: edgeUrl, CARRIER_URL: carrierUrl, CONSOLE_URL: consoleUrl }, tag, headers };
  const server = createServer((request, response) => {
    respond(site, request, response).catch((error) => {
      console.error('site:', error);
      response.writeHead(500, { 'content-type': 'text/plain' }).end('The site failed; its console has the reason.');
    });
  });
  await new Promise((/** @type {(_?: unknown) => void} */ resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  site.port = /** @type {import('node:net').AddressInfo} */ (server.address()).port;
  site.url = `http://${host}:${site.port}`;
  site.places.SITE_URL = site.url;
  site.places.ELSEWHERE_URL = `http://localhost:${site.port}`;
  return {
    url: site.url,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

/**
 * @param {Site} site
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
async function respond(site, request, response) {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return response.writeHead(405, { allow: 'GET, HEAD' }).end();
  }
  const url = URL.parse(request.url ?? '', site.url);
  if (url === null) {
    return response.writeHead(400).end();
  }
  if (url.pathname === '/arrive') {
    return arrive(site, url, response);
  }
  // The business's pages have one origin; the other name of this machine is only for arriving.
  if (request.headers.host === `localhost:${site.port}` && site.host !== 'localhost') {
    return response.writeHead(302, { location: site.url + url.pathname + url.search }).end();
  }
  const name = url.pathname === '/' ? 'index.html' : url.pathname.slice(1);
  const type = TYPES[FILE_NAME.exec(name)?.[1] ?? ''];
  const file = type && await readFile(new URL(name, import.meta.url)).catch(() => null);
  if (!file) {
    response.writeHead(404, { 'content-type': TYPES.html, 'cache-control': 'no-store' });
    return response.end('<!doctype html><title>Not found</title><p>There is no such page. <a href="/">To the front page</a>');
  }
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store', ...site.headers });
  return response.end(name.endsWith('.html') ? fill(file.toString('utf8'), site) : file);
}

/**
 * The page "elsewhere": it leaves at once, and its own address becomes the referrer.
 *
 * @param {Site} site
 * @param {URL} url
 * @param {import('node:http').ServerResponse} response
 */
function arrive(site, url, response) {
  const page = arrivalPage(url.searchParams.get('from') ?? '', site.url);
  response.writeHead(page === null ? 404 : 200, {
    'content-type': TYPES.html, 'cache-control': 'no-store', 'referrer-policy': 'unsafe-url',
  });
  return response.end(page ?? '<!doctype html><title>Unknown arrival</title><p>No arrival has this name.');
}

/**
 * @param {string} html
 * @param {Site} site
 */
function fill(html, site) {
  const { tag = SNIPPET } = site;
  const tagged = html.replaceAll(SNIPPET, () => tag);
  return Object.entries(site.places).reduce((text, [name, value]) => text.replaceAll(`%${name}%`, () => value), tagged);
}
