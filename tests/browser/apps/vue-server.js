import { createSSRApp } from 'vue';
import { renderToString } from 'vue/server-renderer';
import Business from './Business.vue.js';

export const render = () => renderToString(createSSRApp(Business));
