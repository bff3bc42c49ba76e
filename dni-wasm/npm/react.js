/** The number to show for a target, as a React hook. */

import { useCallback, useSyncExternalStore } from 'react';
import { follow, numberFor } from './numbers.js';

/** @type {typeof import('./react.d.ts').useDniNumber} */
export function useDniNumber(target) {
  const subscribe = useCallback((/** @type {() => void} */ changed) => follow(target, changed), [target]);
  // On the server and while the page is hydrated it is the target, so that both say the same.
  return useSyncExternalStore(subscribe, () => numberFor(target), () => target);
}
