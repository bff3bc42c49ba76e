import { createElement as h, useState } from 'react';
import { useDniNumber } from 'dni-wasm/react';

export function App() {
  const [clicks, setClicks] = useState(0);
  const number = useDniNumber('(312) 555-0142');
  return h('button', { id: 'number', 'data-dni-noswap': true, onClick: () => setClicks(clicks + 1) }, `Call ${number} (${clicks})`);
}
