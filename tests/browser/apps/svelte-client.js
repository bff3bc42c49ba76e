import { hydrate } from 'svelte';
import Business from './Business.svelte';

window.hydrate = () => hydrate(Business, { target: document.getElementById('place') });
window.hydrateAt?.();
