/** The script tag: `<script async crossorigin src="https://EDGE/dni.js" data-site="SITE"></script>`. */

import { claim, download } from './tag.js';
import { edge, options } from './this-tag.js';

/* global DNI_DOCTOR, DNI_EXTRAS, DNI_GLUE, DNI_WASM: put in by the build */

if (edge) {
  claim(options.site, edge, {
    glue: () => import(`${edge}/${DNI_GLUE}`),
    wasm: () => download(`${edge}/${DNI_WASM}`),
    extras: () => import(`${edge}/${DNI_EXTRAS}`),
    doctor: () => import(`${edge}/${DNI_DOCTOR}`),
  }, options);
}
