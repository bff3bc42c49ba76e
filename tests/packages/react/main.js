import { createElement } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { init } from 'dni-wasm';
import wasmUrl from 'dni-wasm/dni_bg.wasm';
import { App } from './phone.js';

window.mismatches = [];
hydrateRoot(document.getElementById('root'), createElement(App), { onRecoverableError: (error) => window.mismatches.push(String(error)) });
window.api = init({ site: 'harbor-heating', edge: window.EDGE, wasmUrl });
