/** Takes the server's page over, whole or from a root, and notes what React finds wrong with it. */
import { startTransition } from 'react';
import { flushSync } from 'react-dom';
import { createRoot, hydrateRoot } from 'react-dom/client';
import { Page, Plain } from './plain.jsx';

window.recovered = [];
const onRecoverableError = (error) => window.recovered.push(String(error));
const ways = {
  root: () => hydrateRoot(document.querySelector('body > div'), <Plain />, { onRecoverableError }),
  transition: () => startTransition(() => { ways.root(); }),
  flushed: () => flushSync(() => { ways.root(); }),
  document: () => hydrateRoot(document, <Page {...window.pageProps} />, { onRecoverableError }),
  anew: () => createRoot(document.querySelector('body > div')).render(<Plain />),
};
window.hydrate = () => {
  ways[window.way ?? 'root']();
  window.isHydrated = true;
};
(window.hydrateAt ?? window.hydrate)();
