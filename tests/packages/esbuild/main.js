import { init } from 'dni-wasm';
import wasmUrl from 'dni-wasm/dni_bg.wasm';

init({ site: 'harbor-heating', edge: window.EDGE, wasmUrl });
