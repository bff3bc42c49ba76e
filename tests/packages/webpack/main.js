import { init } from 'dni-wasm';

init({ site: 'harbor-heating', edge: window.EDGE });
