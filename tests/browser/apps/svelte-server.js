import { render as renderSvelte } from 'svelte/server';
import Business from './Business.svelte';

export const render = () => renderSvelte(Business).body;
