import { init } from 'dni-wasm';
import 'dni-wasm/element';
import wasmUrl from 'dni-wasm/dni_bg.wasm';

window.api = init({ site: 'harbor-heating', edge: window.EDGE, wasmUrl });
