/**
 * What few pages need, fetched only by them: consent tools' signals, a wait for the visitor to come near, links to the site's
 * other domains.
 */

/** @import { Library, PageView, Storage, Touch, Visitor } from './types.d.ts' */

/** Milliseconds between two looks for a consent tool that comes late, and how many. */
const LOOK_EVERY = 500;
const MAX_LOOKS = 120;
/** Most places with a number that are watched. */
const MAX_PLACES = 50;
/** Longest text under a pointer that is taken for a number's, in characters. */
const MAX_TEXT = 200;
/** How long before its end a link is fetched anew, in milliseconds, and the shortest time between two requests. */
const EARLY = 60_000;
const LINK_GAP = 10_000;

/** Parameters that name one click on one ad: `dni-core/src/visit/campaign.rs` has them with their owners. */
export const CLICK_IDS = [
  'gclid', 'gbraid', 'wbraid', 'dclid', 'gclsrc', 'gad_source', 'gad_campaignid', 'msclkid', 'fbclid', 'ttclid', 'twclid', 'li_fat_id',
  'sccid', 'epik', 'rdt_cid', 'qclid', 'yclid', 'ysclid', 'ymclid', 'vmcid', 'tblci', 'dicbo', 'ob_click_id', 'obclid', 'irclickid',
  'irclid', 'oppref', 'ndclid', 'bd_vid', 'qhclickid', 'rb_clickid', 'cjevent', 'awc', 'clickref', 'ransiteid', 'sscid', 'tduid', 'zanpid',
  'admitad_uid', 'wgu', 'srsltid', 'igshid', 'mc_eid', '_hsenc', 'mkt_tok', 'vero_id', 'awclid', 'auctid', '_kx', '_ke', '_se', '_bhlid',
  'ck_subscriber_id', 'vgo_ee', 'ml_subscriber', 'ml_subscriber_hash', 'omnisendcontactid', 'dm_i', 'et_rid', 'sfmc_sub', 'elqtrackid',
  'sc_uid', 'spuserid', 'cio_id', 'sms_uph',
];
const CLICK_ID = new RegExp(`([?&#])(?:${CLICK_IDS.join('|')})=[^&#]*(&?)`, 'gi');

/**
 * Cuts the click ids out of an address; all else stays byte for byte.
 *
 * @param {string} address
 */
export function withoutClickIds(address) {
  let cut = address;
  for (let before; before !== cut;) {
    before = cut;
    cut = cut.replace(CLICK_ID, (_, opening, after) => after && opening);
  }
  return cut;
}

/** @typedef {(text: string) => boolean} Reads says whether a text has a number in it that is looked for */
/** @typedef {(mayTrack: boolean, mayKeepClickIds: boolean) => void} Tell takes in what a consent tool says */

/**
 * Reads the signals of Google's consent mode or of an IAB TCF tool, whichever speaks first in `auto`.
 *
 * @param {Pick<PageView, 'options' | 'storage'>} visit
 * @param {(said: string, clean?: (address: string) => string) => void} heed
 */
export function signals({ storage, options: { consent } }, heed) {
  /** @type {Tell} */
  const tell = (mayTrack, mayKeepClickIds) => {
    if (mayTrack && !mayKeepClickIds) forgetClickIds(storage);
    heed(mayTrack ? 'granted' : 'denied', mayKeepClickIds ? undefined : withoutClickIds);
  };
  if (consent !== 'tcf') google(tell);
  if (consent !== 'google') tcf(tell);
}

/**
 * Cuts the click ids out of what was kept while they might be.
 *
 * @param {Storage} storage
 */
function forgetClickIds(storage) {
  const visitor = /** @type {Visitor} */ (storage.recall());
  const touches = visitor?.history?.touches;
  if (!Array.isArray(touches)) return;
  for (const touch of touches) touch.url = withoutClickIds(String(touch.url));
  storage.keep(visitor);
}

/** The purposes of Google's consent mode that are looked at. */
const PURPOSES = ['ad_storage', 'analytics_storage'];
/** What Google's own object calls a yes and a no; it has other figures for what nobody said. */
const GOOGLE_SAYS = /** @type {Record<number, boolean>} */ ({ 1: true, 2: false });

/**
 * Reads what Google's consent mode says, now and whenever it changes: in the page's data layer, and in the object that Google's
 * scripts keep, because consent tools that are templates of Tag Manager tell that one alone.
 *
 * @param {Tell} tell
 */
function google(tell) {
  /** @type {Record<string, string>} */
  const state = {};
  let isGranted = false;
  const decide = (/** @type {boolean} */ isUpdate) => {
    const { ad_storage: ads, analytics_storage: analytics = ads } = state;
    // A default that denies only says that the visitor has not been asked yet: an update follows, on every page.
    if (!analytics || (analytics !== 'granted' && !isUpdate && !isGranted)) return;
    isGranted = analytics === 'granted';
    tell(isGranted, (ads ?? analytics) === 'granted');
  };
  /** @type {(entry: any) => string | undefined} */
  const readEntry = (entry) => {
    if (!entry?.length || entry[0] !== 'consent' || typeof entry[2] !== 'object') return undefined;
    const [, kind, values] = entry;
    for (const purpose of PURPOSES) {
      const said = values?.[purpose];
      // Defaults may be given by region, which only Google's scripts know: the stricter one holds until they have read it.
      if (said && (kind === 'update' || state[purpose] !== 'denied')) state[purpose] = said;
    }
    return kind;
  };
  const look = () => {
    const isUpdate = readObject();
    if (isUpdate !== undefined) decide(isUpdate);
  };
  const readObject = objectReader(state, look);

  window.dataLayer ??= [];
  const layer = window.dataLayer;
  const isUpdated = [...layer].map(readEntry).includes('update');
  decide(!!readObject() || isUpdated);
  const { push } = layer;
  layer.push = function hear(...entries) {
    const answer = push.apply(this, entries);
    for (const kind of entries.map(readEntry)) if (kind) decide(kind === 'update');
    // By then Google's scripts have read it too.
    setTimeout(look);
    return answer;
  };
  let looks = 0;
  const timer = setInterval(() => {
    look();
    looks += 1;
    if (looks === MAX_LOOKS) clearInterval(timer);
  }, LOOK_EVERY);
}

/**
 * Makes what reads Google's own object into `state`, and says whether that is news: true for an update, false for a default. The
 * object tells its listeners of updates, not of defaults.
 *
 * @param {Record<string, string>} state
 * @param {() => void} changed
 * @returns {() => boolean | undefined}
 */
function objectReader(state, changed) {
  /** @type {unknown} */
  let heard;
  /** @type {Record<string, string>} */
  const seen = {};
  const read = () => {
    const ics = window.google_tag_data?.ics;
    if (!ics) return undefined;
    if (ics !== heard) ics.addListener?.(PURPOSES, changed);
    heard = ics;
    /** @type {boolean | undefined} */
    let news;
    for (const purpose of PURPOSES) {
      const { default: byDefault, update } = Object(ics.entries?.[purpose]);
      const said = update ?? byDefault ?? GOOGLE_SAYS[ics.getConsentState?.(purpose) ?? 0];
      const before = seen[purpose];
      const now = `${said} ${update}`;
      if (typeof said !== 'boolean' || now === before) continue;
      seen[purpose] = now;
      state[purpose] = said ? 'granted' : 'denied';
      news = news || !!before || update !== undefined;
    }
    return news;
  };
  return () => {
    try {
      return read();
    } catch {
      return undefined; // It is theirs, and may change.
    }
  };
}

/**
 * Asks the page's TCF tool for storage (purpose 1) and for the measurement of ads (purpose 7).
 *
 * @param {Tell} tell
 * @param {number} [looks] how often to look for one that comes late
 * @returns {void}
 */
function tcf(tell, looks = MAX_LOOKS) {
  if (typeof window.__tcfapi !== 'function') {
    if (looks) setTimeout(tcf, LOOK_EVERY, tell, looks - 1);
    return;
  }
  window.__tcfapi('addEventListener', 2, (data, isGood) => {
    if (!isGood || !data) return;
    if (data.gdprApplies === false) return tell(true, true);
    if (!['tcloaded', 'useractioncomplete'].includes(/** @type {string} */ (data.eventStatus))) return;
    const { consents = {}, legitimateInterests = {} } = data.purpose ?? {};
    const isMeasured = consents[7] === true || legitimateInterests[7] === true;
    tell(consents[1] === true && isMeasured, consents[1] === true && isMeasured);
  });
}

/**
 * Tells the edge of an arrival once more, with what may be kept of it only now.
 *
 * @param {PageView} visit
 * @param {Library} library
 */
export function arriveAgain({ arrival, isKept, storage }, { getSession, refresh }) {
  const session = /** @type {Visitor} */ (getSession());
  const touches = session?.history?.touches;
  // The edge takes for news only what is not in the history yet.
  const at = /** @type {number} */ (touches?.findIndex?.((touch) => touch.at === arrival.at));
  if (at >= 0) /** @type {Touch[]} */ (touches).splice(at, 1);
  if (isKept) storage.keep(session);
  refresh();
}

/**
 * Calls back when a number comes into view; answers what looks for new ones.
 *
 * @param {Reads} reads
 * @param {() => void} near
 */
export function visible(reads, near) {
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    near();
  });
  const watched = new Set();
  return () => {
    for (const place of places(reads)) {
      if (watched.size >= MAX_PLACES) return;
      if (!watched.has(place)) observer.observe(place);
      watched.add(place);
    }
  };
}

/**
 * Calls back when the visitor points at, touches or reaches by key something that reads like a number.
 *
 * @param {Reads} reads
 * @param {() => void} near
 */
export function touched(reads, near) {
  const events = ['pointerover', 'pointerdown', 'focusin', 'selectionchange'];
  const look = (/** @type {Event} */ event) => {
    const isSelection = event.type === 'selectionchange';
    const at = /** @type {Element} */ (event.composedPath()[0]);
    // Beside all that a short page says, the pointer is over the page itself.
    const text = isSelection ? String(getSelection()) : at.nodeName === 'HTML' ? '' : at.textContent ?? '';
    const isLink = at.closest?.('[href*="tel:"]');
    if (!isLink && (text.length > MAX_TEXT || !reads(text))) return;
    for (const name of events) document.removeEventListener(name, look, true);
    near();
  };
  for (const name of events) document.addEventListener(name, look, { capture: true, passive: true });
  return () => {};
}

/**
 * Elements that are a telephone link or have a text with a number in it.
 *
 * @param {Reads} reads
 */
function* places(reads) {
  yield* document.querySelectorAll('[href*="tel:"]');
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { nodeValue, parentElement } = walker.currentNode;
    if (reads(/** @type {string} */ (nodeValue)) && parentElement && !/^(SCRIPT|STYLE|NOSCRIPT)$/.test(parentElement.nodeName)) yield parentElement;
  }
}

/**
 * Lets links to the site's other domains carry where the visitor came from: each gets a parameter for the moment of the click.
 *
 * @param {PageView} visit
 * @param {Library['getSession']} session
 */
export function links({ edge, storage, post, site }, session) {
  let link = '';
  let until = 0;
  let askedAt = 0;

  const refresh = async () => {
    const { history } = session() ?? /** @type {Visitor} */ ({});
    if (!history || Date.now() < Math.max(until - EARLY, askedAt + LINK_GAP)) return;
    askedAt = Date.now();
    try {
      const reply = JSON.parse(await post(`${edge}/v1/link`, JSON.stringify({ site, history })));
      if (/^[\w.-]+$/.test(reply.link)) {
        link = reply.link;
        until = Date.now() + reply.expires_in * 1000;
      }
    } catch {
      // The link goes without them.
    }
  };
  /** @param {Pick<Event, 'composedPath'>} event */
  const ownLink = (event) => {
    /** @type {HTMLAnchorElement | null} */
    const at = /** @type {Element} */ (event.composedPath()[0]).closest?.('a[href], area[href]');
    const isOwn = at && /^https?:$/.test(at.protocol) && at.host !== location.host && session()?.hosts?.some?.((own) => own === at.host || (/^\*\./.test(own) && at.host.endsWith(own.slice(1))))
      && !storage.isShared(at.hostname);
    return isOwn ? at : undefined;
  };

  for (const name of ['pointerover', 'touchstart', 'focusin']) {
    document.addEventListener(name, (event) => ownLink(event) && refresh(), { capture: true, passive: true });
  }
  for (const name of ['click', 'auxclick']) {
    document.addEventListener(name, (event) => {
      const at = ownLink(event);
      if (!at || Date.now() >= until) return;
      const before = /** @type {string} */ (at.getAttribute('href'));
      const carrying = new URL(at.href);
      carrying.search += `${carrying.search ? '&' : '?'}dni_link=${link}`;
      at.setAttribute('href', carrying.href);
      // By then the browser has read where to go.
      setTimeout(() => {
        if (at.getAttribute('href') === carrying.href) at.setAttribute('href', before);
      });
    }, true);
  }
  // A finger gives no warning, so a page with such links has one at hand.
  if ([...document.links].some((one) => ownLink({ composedPath: () => [one] }))) refresh();
  document.addEventListener('visibilitychange', () => { if (!document.hidden && link) refresh(); });
}
