import { createSSRApp } from 'vue';
import Business from './Business.vue.js';

window.hydrate = () => createSSRApp(Business).mount('#place');
window.hydrateAt?.();
