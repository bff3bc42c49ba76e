import { init } from 'dni-wasm/inline';

init({ site: 'harbor-heating', edge: window.EDGE });
