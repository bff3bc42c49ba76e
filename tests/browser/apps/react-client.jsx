/** Takes the server's page over when the test says so, and notes what React finds wrong with it. */
import { hydrateRoot } from 'react-dom/client';
import { Business } from './business.jsx';

window.recovered = [];
window.hydrate = (wait = 0) => {
  const late = wait ? new Promise((resolve) => { setTimeout(resolve, wait, 'Late'); }) : undefined;
  window.root = hydrateRoot(document.getElementById('place'), <Business late={late} />, {
    onRecoverableError: (error) => window.recovered.push(String(error)),
    onUncaughtError: (error) => window.recovered.push(String(error)),
  });
};
window.hydrateAt?.();
