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
  /** Your own numbers, such as `+13125550142 +13125550171`: without, the worker knows them. */
  targets?: string;
  /** The domain of the cookie, or `none`: if not said, the widest that the browser allows. */
  cookieDomain?: string;
  /** Asks first where the browser says that its user does not want to be tracked. */
  dnt?: 'respect';
  /** Also answers to `window.CallTrk`. */
  compat?: 'callrail';
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
  /** `leased` to this visitor alone, `overflow` shared by many, or `source` for all of one source. */
  kind?: string;
  /** The lease's id, if it is leased. */
  lease?: string | null;
  /** The source rule that chose it. */
  rule?: string | null;
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
  /** Until when the numbers may be shown, in milliseconds since 1970. */
  expires_at?: number;
  consent?: Consent;
}

/** The events with what listeners are told. */
export interface Events {
  ready: undefined;
  swap: Assigned[];
  lease: Assigned[];
  overflow: Assigned[];
  release: null | undefined;
  error: { code: string };
}

/** The page's API. Every promise resolves, to nothing where there is nothing; none rejects. */
export interface Dni {
  readonly site: string;
  readonly version: string;
  /** Shows the numbers below a node, below whatever a selector names, or on the whole page. */
  swap(scope?: Node | string): Promise<void>;
  /** Answers the number to show for each of your own numbers that has one, written as you wrote it. */
  getSwapNumbers(numbers: string | string[], callback?: (numbers: Record<string, string>) => void): Promise<Record<string, string>>;
  getSession(): Promise<Session | undefined>;
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
