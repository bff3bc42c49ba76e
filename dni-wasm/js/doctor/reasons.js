/** What can be said of a number or of a page: a code that stays, a sentence, and what to do. */

/** @import { Reason } from '../types.d.ts' */

/** @type {Record<string, Reason>} of one number on the page */
export const NUMBER_REASONS = {
  swapped: { kind: 'fine', why: 'shows the visitor’s number' },
  late: { kind: 'fine', why: 'came after the page was looked at, and is swapped now' },
  no_target: { kind: 'note', why: 'is none of the site’s targets', repair: 'Add it to the site’s targets if it should be swapped.' },
  no_number: { kind: 'problem', why: 'has no number to show: see above' },
  no_swap: { kind: 'meant', why: 'stays as it is: a source rule of the site says so for this visitor' },
  noswap: { kind: 'meant', why: 'stands inside data-dni-noswap or data-calltrk-noswap' },
  form: { kind: 'meant', why: 'stands in a form field or in text being edited' },
  json_ld: { kind: 'meant', why: 'is structured data for search engines, which must keep the business’s own number' },
  head: { kind: 'meant', why: 'stands in the page’s head, where no visitor reads it' },
  attribute: {
    kind: 'note', why: 'stands in an attribute that is not swapped', repair: 'Name the attribute in the tag’s options if visitors get to read or hear it.',
  },
  link: {
    kind: 'problem', why: 'is a link that dials the business’s own number', repair: 'Write it as href="tel:+13125550142".',
  },
  handler: {
    kind: 'problem', why: 'is dialled by a script, which reads the number from an attribute', repair: 'Make it a link: <a href="tel:+13125550142">.',
  },
  image: {
    kind: 'problem', why: 'is drawn in an image', repair: 'Write the number as text: an image cannot be swapped, nor read aloud.',
  },
  css_content: { kind: 'problem', why: 'is written by the style sheet', repair: 'Move the number from the style sheet into the page’s text.' },
  format: {
    kind: 'problem', why: 'is written in a form that is not recognised', repair: 'Write it as people do: (312) 555-0142, 312-555-0142 or +1 312 555 0142.',
  },
  split: {
    kind: 'problem', why: 'is split over several elements', repair: 'Put the whole number into one element, or use <dni-number>.',
  },
  closed_shadow_root: {
    kind: 'problem', why: 'stands in a closed shadow root, where no script of the page can write',
    repair: 'Let the component open its shadow root, or give it the number: dni.getSwapNumbers().',
  },
  cross_origin_frame: {
    kind: 'problem', why: 'stands in a frame of another site', repair: 'Put the tag into the framed page as well.',
  },
  same_origin_frame: {
    kind: 'problem', why: 'stands in a frame that has a tag of its own, or is an editor',
    repair: 'Examine the framed page by itself.',
  },
  already_tracking: {
    kind: 'problem', why: 'is a tracking number written into the page itself: its calls go to whoever holds it',
    repair: 'Write your own number into the page. A plugin may have cached a swapped page: clear its cache.',
  },
  contended: {
    kind: 'problem', why: 'is written back by another script, so it was given up',
    repair: 'Let one script write this number: add data-dni-noswap here, or stop the other.',
  },
  not_swapped: { kind: 'problem', why: 'should show the visitor’s number and does not', repair: 'Call dni.swap() after this content appears.' },
};

/** @type {Record<string, Reason>} of the whole page */
export const PAGE_REASONS = {
  no_tag: { kind: 'problem', why: 'The page has no tag.', repair: 'Put <script async crossorigin src="https://YOUR-WORKER/dni.js" data-site="YOUR-SITE"></script> into the head.' },
  tag_blocked: { kind: 'problem', why: 'The tag is on the page but did not run.', repair: 'Look whether its address answers, and whether a policy or blocker stops it.' },
  no_site: { kind: 'problem', why: 'The tag has no data-site, or one that is no site’s name.', repair: 'Give it data-site="YOUR-SITE".' },
  csp_script: { kind: 'problem', why: 'The Content Security Policy forbids the library’s scripts.', repair: 'Add the worker’s address to script-src.' },
  csp_wasm: { kind: 'problem', why: 'The Content Security Policy forbids WebAssembly.', repair: 'Add \'wasm-unsafe-eval\' to script-src.' },
  csp_connect: { kind: 'problem', why: 'The Content Security Policy forbids requests to the worker.', repair: 'Add the worker’s address to connect-src.' },
  edge_unreachable: { kind: 'problem', why: 'The worker does not answer.', repair: 'Open its /healthz. A blocker in this browser may stop it, too.' },
  edge_refused: { kind: 'problem', why: 'The worker refuses this page.', repair: 'Look at the site’s origins and name, and at the tag’s options.' },
  library_failed: { kind: 'problem', why: 'The library could not be loaded.', repair: 'Look at the browser’s network panel for its script and its wasm.' },
  storage: { kind: 'problem', why: 'The browser stores nothing for this page, so a number is taken only when the visitor reaches for it.', repair: 'Allow the page to store data in this browser.' },
  consent: { kind: 'problem', why: 'The visitor has not agreed to being tracked.', repair: 'Agree in the page’s own dialog; it must call dni.consent(\'granted\').' },
  hidden: { kind: 'problem', why: 'The page has not been visible yet, and takes no number before.' },
  robot: { kind: 'problem', why: 'The browser looks like a robot’s, and robots get no number.' },
  waiting: { kind: 'problem', why: 'No number is asked for yet: the library waits until one is on the page, in view or touched.' },
  no_swap: { kind: 'note', why: 'A source rule of the site leaves this visitor the business’s own number.', repair: 'Come by a tagged link to see another.' },
  unknown_option: { kind: 'problem', why: 'An option of the tag is no word that is known there; the most careful one is taken.', repair: 'Write one of those in docs/install-the-tag.md.' },
  module: { kind: 'note', why: 'The tag is a module and runs only when the page is read.', repair: 'Leave out type="module".' },
  pool_exhausted: { kind: 'problem', why: 'All numbers of the pool are taken.', repair: 'Add numbers to the pool, or an overflow number.' },
  no_target_of_site: { kind: 'problem', why: 'The site has no target that is on this page.', repair: 'Add your own number to the site’s targets.' },
  unavailable: { kind: 'problem', why: 'The pool did not answer in time.', repair: 'Try again; then look at the worker’s log.' },
  reverted: { kind: 'problem', why: 'The numbers were taken off this page by dni.revert(), dni.release() or a refusal.', repair: 'dni.swap() shows them again.' },
  overflow: { kind: 'problem', why: 'The pool is used up: this visitor shares the overflow number. Its calls are nobody’s; the channel is known if the site has a number for it in overflow_by_channel.', repair: 'Add numbers to the pool.' },
  duplicate_tag: { kind: 'note', why: 'The tag is on the page more than once. The second does nothing.', repair: 'Remove it from the template or from the tag manager.' },
  second_site: { kind: 'problem', why: 'The page has tags of two sites. The second is left out.', repair: 'Keep one of them.' },
  vendor: { kind: 'problem', why: 'Another product swaps numbers on this page, too.', repair: 'Keep one of them: two overwrite each other.' },
  cross_origin_frame: { kind: 'note', why: 'A frame of another site cannot be looked into.' },
  closed_shadow_root: { kind: 'note', why: 'A component may show something in a closed shadow root, which cannot be looked into.' },
  test_numbers: { kind: 'note', why: 'Overflow numbers are shown as a test: this page’s address says dni_test.' },
  no_test_number: { kind: 'problem', why: 'The site has no overflow number that a test could show.', repair: 'Give a pool an overflow number.' },
};
