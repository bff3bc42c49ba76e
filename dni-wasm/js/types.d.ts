/** What passes between the library's parts, for `tsc` alone: nothing of it is shipped. */

import type { Assigned, Consent, Dni, Events, Options, PageReport, Session, State, Touch } from '../npm/index.d.ts';

export type { Assigned, Consent, Dni, Events, PageReport, Session, State, Touch };

/** What is kept of a visitor, in the shape that `src/visitor.rs` describes; of one who refused nothing but that. */
export type Visitor = Partial<Session>;

/** Where a visitor is kept from page to page. */
export interface Storage {
  /** Its name in local storage. */
  key: string;
  /** Recalls the visitor, or that they refused. */
  recall(): Visitor | undefined;
  /** Says whether the next page will find them. */
  keep(visitor: Visitor): boolean;
  /** Keeps in the cookie what the site's other hosts need. */
  share(visitor: Visitor): void;
  forget(refusal?: boolean): void;
  /** Says whether a host gets the cookie too. */
  isShared(host: string): boolean;
}

/** The tag's `data-` attributes, or what `init` was given. */
export type TagOptions = Partial<Record<Exclude<keyof Options, 'wasmUrl'>, string>>;

/** Where the parts are that are loaded later. */
export interface Parts {
  /** Loads `glue.js`. */
  glue(): Promise<{ start(visit: PageView, wasm: Promise<BufferSource>, reply?: Promise<string>): Promise<Library> }>;
  wasm(): Promise<BufferSource>;
  /** Loads what few pages need. */
  extras(): Promise<typeof import('./extras.js')>;
  /** Loads what says why a number is not swapped. */
  doctor(): Promise<{ open(edge: string): Promise<void> }>;
}

/** What the tag knows of this page view, and does for it. */
export interface PageView {
  site: string;
  edge: string;
  options: TagOptions;
  arrival: Touch;
  /** What another of the site's domains said of the visitor. */
  link: string | undefined;
  isTest: boolean;
  storage: Storage;
  /** Takes in what the visitor said to being tracked. */
  consent(said: string): Promise<void>;
  /** Tells the site's listeners, and its data layer. */
  emit<Event extends keyof Events>(event: Event, detail?: Events[Event]): void;
  /** Sends a request; resolves to the text of the answer, or to an empty one if there is no good answer in time. */
  post(url: string, body?: string, tries?: number): Promise<string>;
  /** Writes a request for a lease; `pools` are those that the markup names. */
  request(visitor: Visitor, pools?: string[]): string;
  /** Whether a yes is needed before anything is kept or asked for. */
  asksFirst: boolean;
  /** What the visitor said to being tracked. */
  said: string | undefined;
  visitor: Visitor | undefined;
  /** Whether the next page will find them. */
  isKept: boolean;
  /** Cuts click ids out of an address, where they may not be kept. */
  clean(address: string): string;
  extras: Parts['extras'];
}

/** What `glue.js` answers: what `window.dni` can do once the wasm is there. */
export interface Library {
  agree(): void;
  deny(): void;
  getSession(): Visitor | undefined;
  getSwapNumbers(targets: string | string[]): Record<string, string>;
  refresh(): void;
  release(): void;
  report(): PageReport;
  revert(): void;
  swap(scope?: Node | string): void;
}

/** What the session in the wasm acts through: `src/shell.rs` is the other side. */
export interface Shell {
  revert(): void;
  show(root: Node | null, seeds: string): void;
  lease(visitor: Visitor): void;
  sign(signal: string, session: Visitor | undefined): void;
  wake(seconds: number): void;
  emit(event: string, detail?: unknown): void;
}

/** What an IAB TCF tool says: of it only what is looked at. */
export interface TcfData {
  gdprApplies?: boolean;
  eventStatus?: string;
  purpose?: { consents?: Record<number, boolean>; legitimateInterests?: Record<number, boolean> };
}

/** What the command line collects before the page's own scripts run. */
export interface Seen {
  violations?: { blocked: string; directive: string }[];
  closedRoots?: ShadowRoot[];
  flips?: Map<Node, number>;
}

/** What can be said of a number or of a page. */
export interface Reason {
  /** `meant` is left alone on purpose. */
  kind: 'fine' | 'meant' | 'problem' | 'note';
  why: string;
  repair?: string;
}

/** Something about the whole page. */
export interface Finding extends Reason {
  code: string;
  detail?: string;
}

/** A place of a page with a phone number in it. */
export interface Place {
  /** The number as it is written. */
  text: string;
  digits: string;
  /** `text`, `link`, `handler`, `attribute`, `image`, `css_content`, `json_ld`, `head`, `form`, `split`. */
  where: string;
  /** What it stands in. */
  element?: Element | null;
  /** Its text. */
  node?: Node;
  /** `closed_shadow_root` or `same_origin_frame`. */
  inside?: string;
}

/** A place with what is said of it. */
export interface Judged extends Reason {
  text: string;
  where: string;
  code: string;
  at: string;
  inside?: string;
  /** What it stands in; not part of the JSON. */
  element?: Element | null;
}

/** What the doctor finds: docs/doctor.md describes its JSON. */
export interface Report {
  url: string;
  library: { site: string; version: string; state: string; edge?: string } | null;
  is_swapped: boolean;
  findings: Finding[];
  numbers: Judged[];
  visitor: ReportedVisitor | null;
  source: { target: string; number: string; kind: string; rule: string | null; lease: string | null }[];
  /** Milliseconds since the page was asked for. */
  timing: Record<string, { start: number; end: number }>;
}

/** The visitor, as the doctor reports them. */
export interface ReportedVisitor {
  id: string;
  consent: string;
  lease_ends: string | null;
  arrivals: { at: string | null; url: string; referrer: string }[];
}
