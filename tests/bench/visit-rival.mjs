/**
 * Source, medium and channel as a JavaScript developer would find them with mature packages: the WHATWG URL, query-string and
 * tldts. The rules are the core's; the table of places has only those of the benchmark's visits, which favours this side.
 */
import queryString from 'query-string';
import { getDomain, getHostname } from 'tldts';

const CLICK_IDS = { gclid: ['google', 'cpc'], gbraid: ['google', 'cpc'], msclkid: ['bing', 'cpc'], fbclid: ['facebook', 'social'], ttclid: ['tiktok', 'cpc'] };
const PLACES = {
  'google.com': ['google', 'organic', 'search'], 'bing.com': ['bing', 'organic', 'search'], 'facebook.com': ['facebook', 'social', 'social'],
  'youtube.com': ['youtube', 'referral', 'video'], 'chatgpt.com': ['chatgpt', 'ai-assistant', 'assistant'],
};
const KINDS = { google: 'search', bing: 'search', facebook: 'social', fb: 'social', tiktok: 'social', youtube: 'video', chatgpt: 'assistant' };
const MAX_VALUE = 255;

/** @param {{url: string, referrer?: string}} visit */
export function classifyByPackages({ url, referrer }) {
  const landing = new URL(url);
  const given = queryString.parse(landing.search);
  const params = {};
  for (const [name, value] of Object.entries(given)) {
    const first = [value].flat().find((one) => one?.trim() && !(one.startsWith('{') && one.endsWith('}')));
    if (first !== undefined) params[name.toLowerCase()] ??= first.trim().slice(0, MAX_VALUE);
  }
  const clickIds = Object.keys(CLICK_IDS).filter((name) => params[name]).map((name) => ({ name, value: params[name] }));
  const from = referrer ? place(referrer, landing) : undefined;
  const click = CLICK_IDS[clickIds[0]?.name];
  const source = params.utm_source ?? click?.[0] ?? from?.[0] ?? '(direct)';
  const medium = params.utm_medium ?? (params.utm_source ? undefined : click?.[1] ?? from?.[1]) ?? (source === '(direct)' ? '(none)' : '(not set)');
  const { utm_campaign: campaign = null, utm_term: term = null, utm_content: content = null } = params;
  return { source, medium, campaign, term, content, clickIds, channel: channel(source.toLowerCase(), (params.utm_medium ?? click?.[1] ?? medium).toLowerCase(), campaign ?? '') };
}

function place(referrer, landing) {
  const host = getHostname(referrer);
  if (!host || host === landing.hostname) return undefined;
  return PLACES[getDomain(host)] ?? [host.replace(/^www\./, ''), 'referral', 'other'];
}

function channel(source, medium, campaign) {
  const kind = KINDS[source];
  const paid = /^(.*cp.*|ppc|retargeting|paid.*)$/.test(medium);
  if (source === '(direct)' && /^\((none|not set)\)$/.test(medium)) return 'direct';
  if (/cross-network/i.test(campaign)) return 'cross_network';
  if (paid && /^(.*(([^a-df-z]|^)shop|shopping).*)$/i.test(campaign)) return 'paid_shopping';
  if (paid && ['search', 'social', 'video'].includes(kind)) return `paid_${kind}`;
  if (/^(display|banner|expandable|interstitial|cpm)$/.test(medium)) return 'display';
  if (paid) return 'paid_other';
  if (kind === 'social' || /^(social|social-network|social-media|sm|social network|social media)$/.test(medium)) return 'organic_social';
  if (kind === 'video' || /video/.test(medium)) return 'organic_video';
  if (kind === 'search' || medium === 'organic') return 'organic_search';
  if (/^(referral|app|link)$/.test(medium)) return 'referral';
  if (/^e[-_ ]?mail$/.test(source) || /^e[-_ ]?mail$/.test(medium)) return 'email';
  return kind === 'assistant' ? 'ai_assistants' : 'unassigned';
}
