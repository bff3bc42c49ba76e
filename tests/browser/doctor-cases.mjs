/** Pages with what the doctor must say of them, on the command line and on the page alike. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { leaseReply } from './world.mjs';

export const PAGES = path.join(fileURLToPath(new URL('.', import.meta.url)), 'pages/doctor');
/** Milliseconds one examination may take, on two busy cores. */
export const SLOW = { timeout: 90_000 };
const GOOD_CSP = "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' EDGE; connect-src EDGE";

const overflow = (request) => leaseReply(request, [{ ...leaseReply(request).numbers[0], kind: 'overflow', lease: null }]);
const none = (reason) => (request) => ({ ...leaseReply(request, []), reason, expires_in: 0 });

/** Each page with what is said of its numbers and of itself; `swapped` places are not counted. */
export const CASES = {
  'all is well': { page: 'swapped', numbers: {}, findings: [], ends: 0 },
  'what is left alone on purpose is no problem': {
    page: 'left-alone',
    numbers: {
      head: ['312-555-0142'], json_ld: ['+1-312-555-0142'], noswap: ['312-555-0142', '312-555-0142'], form: ['312-555-0142', '312-555-0142'],
      no_target: ['(847) 555-0199', '+44 20 7946 0018'],
    },
    findings: [], ends: 0,
  },
  'what cannot be swapped': {
    page: 'unreachable', numbers: { image: ['312-555-0142'], css_content: ['312-555-0142'], format: ['312_555_0142'] }, findings: [], ends: 1,
  },
  'an attribute that is not looked at': { page: 'attribute', numbers: { attribute: ['312-555-0142'] }, findings: [], ends: 0 },
  'a closed shadow root': { page: 'shadow', numbers: { closed_shadow_root: ['312-555-0142'] }, findings: ['closed_shadow_root'], ends: 1, commandOnly: ['closed_shadow_root'] },
  'a frame of another site': {
    page: 'frame-of-another-site', numbers: { cross_origin_frame: ['312-555-0142'] }, findings: ['cross_origin_frame'], ends: 1, commandOnly: ['cross_origin_frame'],
  },
  'a number in pieces': { page: 'split', numbers: { split: ['312-555-0142'] }, findings: [], ends: 1 },
  'a frame with a tag of its own': { page: 'frame-with-tag', numbers: { same_origin_frame: ['312-555-0142'] }, findings: [], ends: 1 },
  'links that are no tel:, and numbers that scripts dial': {
    page: 'links', numbers: { link: ['+1-312-555-0142', '+13125550142'], handler: ['+1-312-555-0142', '312-555-0142'], no_target: ['847-555-0199'] }, findings: [], ends: 1,
  },
  'an option of the tag that is no word for it': { page: 'unknown-option', numbers: { no_number: ['312-555-0142'] }, findings: ['waiting', 'unknown_option'], ends: 1 },
  'a tag that is a module': { page: 'module', numbers: {}, findings: ['module'], ends: 0 },
  'the tag as one file': { page: 'single-file', numbers: {}, findings: [], ends: 0 },
  'content that comes late': { page: 'late', numbers: { late: ['312-555-0142'] }, findings: [], ends: 0 },
  'a page that nobody has seen': { page: 'hidden', numbers: { no_number: ['312-555-0142'] }, findings: ['hidden'] },
  // The command's own browser does not say that it is under remote control, and knows no names of ours.
  'a browser under remote control': { page: 'robot', numbers: { no_number: ['312-555-0142'] }, findings: ['robot'], command: false, host: 'harbor.example' },
  'numbers that the page takes off': { page: 'reverted', numbers: { no_number: ['312-555-0142'] }, findings: ['reverted'] },
  'numbers that the page gives back': { page: 'released', numbers: { no_number: ['312-555-0142'] }, findings: ['reverted'] },
  'a tracking number in the page itself': { page: 'already-tracking', numbers: { already_tracking: ['312-555-0151'] }, findings: [], ends: 1, severalTracking: true },
  'another product': { page: 'vendor', numbers: {}, findings: ['vendor', 'vendor'], ends: 1 },
  'the tag twice': { page: 'duplicate', numbers: {}, findings: ['duplicate_tag'], ends: 0 },
  'tags of two sites': { page: 'second-site', numbers: {}, findings: ['second_site'], ends: 1 },
  'another script that writes the number back': { page: 'contended', numbers: { contended: ['312-555-0142'] }, findings: [], ends: 1 },
  'another script that takes its time about it': {
    page: 'contended-slowly', numbers: { contended: ['312-555-0142', '847-555-0199'] }, findings: [], ends: 1,
  },
  'no tag': { page: 'no-tag', numbers: { no_number: ['312-555-0142'] }, findings: ['no_tag'], ends: 1, overlay: false },
  'a tag without a site': { page: 'no-site', numbers: { no_number: ['312-555-0142'] }, findings: ['no_site'], ends: 1 },
  'nothing is stored': { page: 'storage', numbers: { no_number: ['312-555-0142'] }, findings: ['storage'], ends: 1 },
  'no phone number': { page: 'no-number', numbers: {}, findings: ['waiting'], ends: 1 },
  'consent is missing': { lease: none('consent_required'), findings: ['consent'] },
  'the pool is exhausted': { lease: none('pool_exhausted'), findings: ['pool_exhausted'] },
  'the pool is down': { lease: none('unavailable'), findings: ['unavailable'] },
  'a source rule shows no number': { page: 'module', lease: none('no_swap'), numbers: { no_swap: ['312-555-0142'] }, findings: ['no_swap', 'module'], ends: 1 },
  'the worker takes the visitor for a robot': { lease: none('bot'), findings: ['robot'] },
  'the site has no such target': { lease: none('no_target'), findings: ['no_target_of_site'] },
  'the overflow number': { page: 'swapped', lease: overflow, numbers: {}, findings: ['overflow'], ends: 1 },
  'the edge refuses the page': { lease: () => ({ status: 403 }), findings: ['edge_refused'], detail: /origin is not one of the site's/ },
  'the edge knows no such site': { lease: () => ({ status: 404 }), findings: ['edge_refused'], detail: /no such site/ },
  'the edge is broken': { lease: () => ({ status: 500 }), findings: ['edge_unreachable'] },
  'the wasm is missing': { asset: (file) => (file.endsWith('.wasm') ? 404 : undefined), findings: ['library_failed'] },
  'the tag is missing': { asset: (file) => (file === 'dni.js' ? 404 : undefined), findings: ['tag_blocked'], overlay: false },
  'the policy forbids wasm': { csp: GOOD_CSP.replace("'wasm-unsafe-eval' ", ''), findings: ['csp_wasm'] },
  'the policy forbids connections': { csp: GOOD_CSP.replace('connect-src EDGE', "connect-src 'none'"), findings: ['csp_connect'] },
  'the policy forbids the scripts': { csp: "script-src 'self'", findings: ['csp_script'], overlay: false },
  'a strict policy is enough': { page: 'swapped', csp: `${GOOD_CSP}; style-src 'none'; require-trusted-types-for 'script'`, numbers: {}, findings: [], ends: 0 },
};

/** What the edge answers in a case. */
export function answersOf({ asset, lease }) {
  return { ...(asset && { asset }), ...(lease && { lease }) };
}

/** The numbers by what is said of them, without those that are swapped. */
export function grouped(numbers, { severalTracking }) {
  const groups = {};
  for (const { code, text } of numbers) if (code !== 'swapped') groups[code] = [...(groups[code] ?? []), text];
  // Once a page has the number in it, no place can be told from another.
  if (severalTracking && groups.already_tracking) groups.already_tracking = [...new Set(groups.already_tracking)];
  return groups;
}
