/** Bundles the small apps in apps/, as their authors would: React, Vue, Svelte, htmx. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { compile } from 'svelte/compiler';

const APPS = fileURLToPath(new URL('./apps/', import.meta.url));

const bundles = new Map();

/**
 * Bundles an app into one script, once for all tests of a file.
 *
 * @param {string} file in apps/
 * @param {'browser' | 'node'} platform where it will run; for `node` it exports what it renders
 * @returns {Promise<string>}
 */
export function bundle(file, platform = 'browser') {
  const name = `${file} ${platform}`;
  if (!bundles.has(name)) bundles.set(name, bundleAnew(file, platform));
  return bundles.get(name);
}

async function bundleAnew(file, platform) {
  const { outputFiles: [{ text }] } = await build({
    entryPoints: [path.join(APPS, file)],
    bundle: true,
    write: false,
    minify: platform === 'browser',
    format: platform === 'browser' ? 'iife' : 'esm',
    platform,
    jsx: 'automatic',
    conditions: platform === 'browser' ? ['browser', 'production'] : ['production'],
    define: { 'process.env.NODE_ENV': '"production"', __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false', __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'true' },
    banner: platform === 'node' ? { js: "import { createRequire } from 'node:module'; const require = createRequire('/server.js');" } : {},
    plugins: [svelte(platform === 'browser' ? 'client' : 'server')],
    alias: { vue: platform === 'browser' ? 'vue/dist/vue.esm-bundler.js' : 'vue' },
    logLevel: 'error',
  });
  return text;
}

/** Runs an app on the server: answers what its `render` does. */
export async function render(file) {
  return (await server(file)).render();
}

/** What an app has for its server. */
export async function server(file) {
  return import(`data:text/javascript;base64,${Buffer.from(await bundle(file, 'node')).toString('base64')}`);
}

function svelte(generate) {
  return {
    name: 'svelte',
    setup({ onLoad }) {
      onLoad({ filter: /\.svelte$/ }, ({ path: file }) => ({
        contents: compile(readFileSync(file, 'utf8'), { filename: file, generate, dev: false }).js.code, loader: 'js',
      }));
    },
  };
}
