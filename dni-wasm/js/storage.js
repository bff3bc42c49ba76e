/**
 * Where a visitor is kept from page to page: whole in local storage, and in short in a cookie that all hosts of the
 * site's domain share. The visitor has the shape that `src/visitor.rs` describes.
 */

/** @import { Storage, Touch, Visitor } from './types.d.ts' */

/** How long the cookie lives, in seconds: half a year, the longest that call tracking keeps visitors for. */
const MAX_AGE = 15_552_000;
/** Longest cookie, in characters: it is sent to the site's own server with every request. */
const MAX_COOKIE = 1_800;

/**
 * Opens what is kept of a site's visitor.
 *
 * @param {string} site
 * @param {string} [domain] the cookie's domain, `none` for no cookie; by default the widest that the browser allows
 * @returns {Storage}
 */
export function openStorage(site, domain) {
  const key = `dni:${site}`;
  const name = `dni_${site}=`;
  const { hostname, protocol } = location;
  const labels = hostname.split('.');
  // From the widest down: browsers refuse a cookie for a domain under which anybody may have a name, such as co.uk.
  const domains = domain ? [domain].filter((one) => one !== 'none') : [...labels.map((_, at) => labels.slice(-2 - at).join('.')), ''];
  /** @type {string | undefined} */
  let widest;

  /** @type {<T>(act: () => T) => T | undefined} */
  const attempt = (act) => {
    try {
      return act();
    } catch {
      return undefined; // The browser denies this place.
    }
  };
  /** @type {(text: () => string | null) => Visitor | undefined} */
  const read = (text) => attempt(() => {
    const kept = JSON.parse(/** @type {string} */ (text()));
    const { consent, visitor, history = {} } = kept;
    // The edge refuses a history of another shape, and whoever keeps one would have no number for ever.
    const isRead = history instanceof Object && Array.isArray(history.touches ?? []);
    return consent === 'denied' || (/^[0-9a-f]{32}$/.test(visitor) && isRead) ? kept : undefined;
  });
  /** @type {(text: string, age: number, place: string) => boolean} */
  const writeCookie = (text, age, place) => {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API answers later, and only on https
    document.cookie = `${name}${text};path=/;samesite=lax;max-age=${age}${place && `;domain=${place}`}${protocol === 'https:' ? ';secure' : ''}`;
    return document.cookie.includes(name + text);
  };

  /** Recalls the visitor, or that they refused; undefined if nothing is kept. */
  function recall() {
    const own = read(() => localStorage.getItem(key));
    const shared = read(() => decodeURIComponent(document.cookie.split(name)[1].split(';')[0]));
    // What all hosts of the domain know counts more than what this one does.
    return shared && (!own || shared.visitor !== own.visitor) ? shared : own;
  }

  /**
   * Keeps the visitor; says whether the next page will find them.
   *
   * @param {Visitor} visitor
   */
  function keep(visitor) {
    attempt(() => localStorage.setItem(key, JSON.stringify(visitor)));
    share(visitor);
    return recall()?.visitor === visitor.visitor;
  }

  /**
   * Keeps in the cookie what the site's other hosts need: who they are, what they said, where they first and last came from.
   *
   * @param {Visitor} visitor
   */
  function share({ visitor, consent, history: { touches = [], seen_at } = /** @type {NonNullable<Visitor['history']>} */ ({}) }) {
    /** @type {(...kept: Touch[]) => string} */
    const text = (...kept) => encodeURIComponent(JSON.stringify({ visitor, consent, history: { touches: kept, seen_at } }));
    const ends = attempt(() => text(...touches.slice(0, 1), ...touches.slice(1).slice(-1))) ?? '';
    const short = ends && ends.length <= MAX_COOKIE ? ends : text();
    attempt(() => { widest = (widest === undefined ? domains : [widest]).find((place) => writeCookie(short, MAX_AGE, place)); });
  }

  /**
   * Forgets them, and remembers nothing but a refusal.
   *
   * @param {boolean} [refusal]
   */
  function forget(refusal) {
    attempt(() => localStorage.removeItem(key));
    attempt(() => domains.forEach((place) => writeCookie('', 0, place)));
    if (refusal) keep({ consent: 'denied' });
  }

  /** @type {(host: string) => boolean} */
  const isShared = (host) => host === hostname || (!!widest && `.${host}`.endsWith(`.${widest}`));

  return { forget, isShared, keep, key, recall, share };
}

/** Makes a new visitor. Without `Array.from`: old libraries put another in its place. */
export function newVisitor() {
  return { visitor: [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('') };
}
