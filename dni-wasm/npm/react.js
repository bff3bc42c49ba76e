/** The number to show for a target, as a React hook. */

import * as React from 'react';
import { follow, numberFor } from './numbers.js';

/**
 * React's own, or in versions before 18 what does the same there. Taken out of a copy: bundlers check the names that are read from a
 * module, and warn of those that an older version lacks.
 *
 * @type {(subscribe: (changed: () => void) => () => void, now: () => string, onServer: () => string) => string}
 */
const useNumberStore = { ...React }.useSyncExternalStore ?? useStoreOfOld;

/** @type {typeof import('./react.d.ts').useDniNumber} */
export function useDniNumber(target) {
  const subscribe = React.useCallback((/** @type {() => void} */ changed) => follow(target, changed), [target]);
  const now = React.useCallback(() => numberFor(target), [target]);
  // On the server and while the page is hydrated it is the target, so that both say the same.
  return useNumberStore(subscribe, now, () => target);
}

/**
 * Shows what the server shows at first, and what there is now as soon as the component is in the page.
 *
 * @param {(changed: () => void) => () => void} subscribe
 * @param {() => string} now
 * @param {() => string} onServer
 */
function useStoreOfOld(subscribe, now, onServer) {
  const [shown, show] = React.useState(onServer);
  React.useEffect(() => {
    const update = () => show(now());
    update();
    return subscribe(update);
  }, [subscribe, now]);
  return shown;
}
