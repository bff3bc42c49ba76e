/** The script tag as one file with everything in it: one request, and one hash that covers all of it. */

import wasm from 'dni-wasm-file';
import * as extras from './extras.js';
import * as glue from './glue.js';
import { claim } from './tag.js';
import { edge, options } from './this-tag.js';

/* global DNI_DOCTOR: put in by the build */

if (edge) {
  claim(options.site, edge, {
    glue: async () => glue,
    wasm: async () => wasm,
    extras: async () => extras,
    doctor: () => import(`${edge}/${DNI_DOCTOR}`),
  }, options);
}
