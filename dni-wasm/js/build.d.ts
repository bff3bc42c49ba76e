/** What the build puts in place, and what others leave on `window`. */

declare const DNI_VERSION: string;
declare const DNI_GLUE: string;
declare const DNI_WASM: string;
declare const DNI_EXTRAS: string;
declare const DNI_DOCTOR: string;

/** The JavaScript that wasm-bindgen writes: `src/api.rs` is the other side. */
declare module 'dni-bindgen' {
  import type { Shell, Touch, Visitor } from 'dni-types';

  export default function init(options: { module_or_path: BufferSource }): Promise<unknown>;
  export function begin(shell: Shell, key: string, visitor: Visitor | undefined, arrival: Touch, isKept: boolean, isAsked: boolean): void;
  export function leased(reply: unknown): void;
  export function renewed(reply: unknown): void;
  export function renew(): void;
  export function hidden(): void;
  export function intent(text: string): void;
  export function swap(root: Node): void;
  export function shown(text: string, place: string): string | undefined;
  export function original(text: string): string | undefined;
  export function getSession(): Visitor | undefined;
  export function deny(): void;
  export function agree(visitor: Visitor | undefined, arrival: Touch, isKept: boolean): void;
  export function refresh(): void;
  export function release(): void;
  export function revert(): void;
}

/** The compiled library, as bytes. */
declare module 'dni-wasm-file' {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}

/** In the package: the doctor's overlay, as one file. */
declare module '*/doctor.js' {
  export function open(edge: string): Promise<void>;
}

/** In the package: the compiled library in a script. */
declare module '*/wasm-inline.js' {
  export function bytes(): ArrayBuffer;
}

/** In the package: the JavaScript that wasm-bindgen writes for the tools. */
declare module '*/bindings.js' {
  export * from 'dni-tools';
  export default function init(options: { module_or_path: unknown }): Promise<unknown>;
  export function initSync(options: { module: BufferSource }): unknown;
}

interface Window {
  /** CallRail's API, which the tag answers to where it is asked to. */
  CallTrk?: object;
  /** Google's data layer. */
  dataLayer?: unknown[];
  /** What Google's scripts keep of consent: of it only what is looked at. */
  google_tag_data?: {
    ics?: {
      entries?: Record<string, { default?: boolean; update?: boolean } | undefined>;
      addListener?(purposes: string[], changed: () => void): void;
      getConsentState?(purpose: string): number;
    };
  };
  /** The page's TCF tool. */
  __tcfapi?: (command: string, version: number, callback: (data: import('dni-types').TcfData | undefined, isGood: boolean) => void) => void;
  [name: symbol]: unknown;
}

interface Navigator {
  globalPrivacyControl?: boolean;
}
