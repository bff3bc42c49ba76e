import { init, type Assigned, type Dni, type Session } from 'dni-wasm';
import { init as initInline } from 'dni-wasm/inline';
import { useDniNumber } from 'dni-wasm/react';
import 'dni-wasm/element';

const dni: Dni = init({ site: 'harbor-heating', edge: 'https://calls.example.com' });
initInline({ site: 'harbor-heating', edge: 'https://calls.example.com', wasmUrl: new URL('https://calls.example.com/dni.wasm') });
dni.on('swap', (numbers: Assigned[]) => numbers[0]?.number.slice(1));
dni.on('error', ({ code }) => code.length);
const session: Session | undefined = await dni.getSession();
const numbers: Record<string, string> = await dni.getSwapNumbers(['312-555-0142'], (answer) => answer['312-555-0142']);
const shown: string = useDniNumber('312-555-0142');
await dni.swap(document.body);
await dni.consent('denied');
window.dni = window.dni || [];
window.dni.push(['swap']);

// @ts-expect-error a site is needed
init({ edge: 'https://calls.example.com' });
// @ts-expect-error there is no such event
dni.on('swapped', () => {});
// @ts-expect-error nor such an answer
dni.consent('yes');

export { numbers, session, shown };
