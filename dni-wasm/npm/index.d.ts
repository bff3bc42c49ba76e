/** What the runtime is told. */
export interface Options {
  /** The site's name. */
  site: string;
  /** The address of your worker, such as `https://calls.example.com`. */
  edge: string;
  /** Where the WebAssembly lies, if not beside the module: for bundlers that do not follow `new URL(…, import.meta.url)`. */
  wasmUrl?: string | URL;
  /** Whose yes is waited for before anything is kept or asked for: your own `dni.consent('granted')`, or a consent tool's. */
  consent?: 'required' | 'google' | 'tcf' | 'auto';
  /** When a number is taken: once one is on the page (if not said), in view or touched, or always. */
  lease?: 'always' | 'visible' | 'touched';
  /** Your own numbers in any form, such as `+13125550142, (312) 555-0171`: without, the worker knows them. */
  targets?: string;
  /** The domain of the cookie, or `none`: if not said, the widest that the browser allows. */
  cookieDomain?: string;
  /** Asks first where the browser says that its user does not want to be tracked. */
  dnt?: 'respect';
  /** Also answers to `window.CallTrk`. */
  compat?: 'callrail';
  /** The attributes in which numbers are swapped, in place of `aria-label title alt placeholder`. */
  attributes?: string;
  /** Prints your own numbers. */
  print?: 'original';
  /** Copies your own numbers, as plain text. */
  copy?: 'original';
}

/** What the visitor said to being tracked. */
export type Consent = 'granted' | 'denied' | 'unknown';

/** One number that is shown in place of a target. */
export interface Assigned {
  /** The business's own number, such as `+13125550142`. */
  target: string;
  /** The number to show, such as `+13125550151`. */
  number: string;
  /** The number as people in its country write it. */
  display?: string;
  /** The number as it is dialled from anywhere, such as `+44 20 7946 0999`. */
  international?: string;
  /** The target as people in its country write it. */
  target_display?: string;
  /** The target as it is dialled from anywhere. */
  target_international?: string;
  /** Whether the number stands in the places of the target's digits, whatever is written between them. */
  same_form?: boolean;
  /** `leased` to this visitor alone, `overflow` shared by many, `source` for all of one source, or a `test` number, which is nobody's. */
  kind?: 'leased' | 'overflow' | 'source' | 'test';
  /** The lease, if it is leased: a text that means nothing but to the worker. */
  lease?: string;
  /** The pool, if the markup named it (`data-dni-pool`): the number is shown there and nowhere else. */
  pool?: string;
}

/** What the site's source rules chose for one of your own numbers. */
export interface Choice {
  /** The business's own number. */
  target: string;
  /** The rule's id; missing if none matches, and the number's own pool is asked. */
  rule?: string;
  /** Of which rank it is. */
  precedence: 'landing' | 'referrer' | 'group' | 'always' | 'pool';
  /** Which of the arrivals decided, counted from 0. */
  touch?: number;
}

/** One arrival that brought the visitor. */
export interface Touch {
  /** Milliseconds since 1970. */
  at: number;
  url: string;
  referrer: string;
}

/** What is kept of the visitor. */
export interface Session {
  /** Their id: 32 hexadecimal digits. */
  visitor: string;
  history?: { touches: Touch[]; seen_at: number };
  /** The site's own hosts: arrivals from them are no touches. */
  hosts?: string[];
  numbers?: Assigned[];
  /** What the site's source rules chose for each of your own numbers; missing if it has none. */
  choices?: Choice[];
  /** Until when the numbers may be shown, in milliseconds since 1970. */
  expires_at?: number;
  /** How often a page that is seen sends a sign of life, in seconds. */
  beat_every?: number;
  consent?: Consent;
}

/**
 * What the library waits for, or has come to: `consent` (a yes is missing), `robot` (a browser under remote control), `hidden` (nobody
 * sees the page), `number` (none is on the page, or none that the visitor has come near), `loading`, `ready`, `failed` (the library
 * cannot be had, or cannot run here).
 */
export type State = 'consent' | 'robot' | 'hidden' | 'number' | 'loading' | 'ready' | 'failed';

/**
 * What is missing: `edge` (the worker gives no good answer), `library` (a file of the library), `no_target` (the site has none of
 * the page's numbers), `no_test_number` (a test address without a number to show), `unavailable` (the pool cannot be reached),
 * `bot` (the browser calls itself a program).
 */
export type ErrorCode = 'edge' | 'library' | 'no_target' | 'no_test_number' | 'unavailable' | 'bot';

/** What the library did on the page. */
export interface PageReport {
  /** How many texts and attributes show a number. */
  swapped: number;
  /** The elements that were given up, because another script writes them back. */
  given_up: Element[];
  /** How many texts wait for their turn. */
  waiting: number;
  /** How many texts a framework has yet to take over. */
  held: number;
  /** How many parts of the page are still walked through. */
  walks: number;
}

/** The events with what listeners are told. */
export interface Events {
  ready: undefined;
  swap: Assigned[];
  lease: Assigned[];
  overflow: Assigned[];
  release: null | undefined;
  error: { code: ErrorCode };
}

/** The page's API. Every promise resolves, to nothing where there is nothing; none rejects. */
export interface Dni {
  readonly site: string;
  readonly version: string;
  /** What the library waits for, or has come to. Where it does not run, on a server for instance, it is `failed`. */
  readonly state: State;
  /** Shows the numbers below a node, below whatever a selector names, or on the whole page. */
  swap(scope?: Node | string): Promise<void>;
  /** Answers the number to show for each of your own numbers that has one, written as you wrote it. */
  getSwapNumbers(numbers: string | string[], callback?: (numbers: Record<string, string>) => void): Promise<Record<string, string>>;
  /** Answers what is kept of the visitor. */
  getSession(): Promise<Session | undefined>;
  /** Answers what the library did on the page. */
  report(): Promise<PageReport | undefined>;
  /** Hears an event; one that has been told already at once. */
  on<Event extends keyof Events>(event: Event, listener: (detail: Events[Event]) => void): Promise<void>;
  /** Tells what the visitor said to being tracked. */
  consent(said: Consent): Promise<void>;
  /** Asks for the numbers anew. */
  refresh(): Promise<void>;
  /** Gives the numbers back and puts the page's own back. */
  release(): Promise<void>;
  /** Puts the page's own numbers back, byte for byte. */
  revert(): Promise<void>;
  /** Calls by name, as the queue from before the script tag does. */
  push(call: [name: string, ...args: unknown[]]): unknown;
}

/**
 * Starts call tracking on this page and answers its API; again, the same API. Does nothing outside a browser.
 *
 * @example
 * const dni = init({ site: 'harbor-heating', edge: 'https://calls.example.com' });
 * dni.on('swap', (numbers) => console.log(numbers));
 */
export function init(options: Options): Dni;

/** The version of the package. */
export const version: string;

declare global {
  interface Window {
    dni?: Dni | unknown[];
  }
}
