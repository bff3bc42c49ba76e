/**
 * The ways a visitor can arrive at the demo site, with parameters as the ad systems write them.
 * Every arrival gets click ids of its own, for a click id names one click.
 */
import { randomBytes } from 'node:crypto';

/** @type {Record<string, {title: string, path: string, params: () => Record<string, string>}>} */
export const ARRIVALS = {
  'google-ads': {
    title: 'Google Ads',
    path: '/emergency.html',
    params: () => ({
      utm_source: 'google', utm_medium: 'cpc', utm_campaign: 'furnace-repair-chicago', utm_term: 'emergency furnace repair',
      utm_content: 'headline-b', gclid: googleClickId(),
    }),
  },
  facebook: {
    title: 'Facebook Ads',
    path: '/services.html',
    params: () => ({
      utm_source: 'facebook', utm_medium: 'paid_social', utm_campaign: 'spring-tune-up', utm_content: 'carousel-family', fbclid: facebookClickId(),
    }),
  },
  bing: {
    title: 'Microsoft Ads on Bing',
    path: '/services.html',
    params: () => ({
      utm_source: 'bing', utm_medium: 'cpc', utm_campaign: 'heat-pumps-il', utm_term: 'heat pump installation', msclkid: randomBytes(16).toString('hex'),
    }),
  },
  newsletter: {
    title: 'the newsletter',
    path: '/contact.html',
    params: () => ({ utm_source: 'newsletter', utm_medium: 'email', utm_campaign: 'october-check-up', utm_content: 'button-top' }),
  },
  organic: { title: 'a search result', path: '/', params: () => ({}) },
};

/**
 * Answers the address an arrival lands on.
 *
 * @param {string} from a key of ARRIVALS
 * @param {string} siteUrl
 * @returns {string|null} null for an unknown arrival
 */
export function landing(from, siteUrl) {
  if (!Object.hasOwn(ARRIVALS, from)) {
    return null;
  }
  const { path, params } = ARRIVALS[from];
  const url = new URL(path, siteUrl);
  Object.entries(params()).forEach(([key, value]) => url.searchParams.set(key, value));
  return url.href;
}

/**
 * Answers the page that plays the outside place an arrival comes from.
 *
 * @param {string} from
 * @param {string} siteUrl
 * @returns {string|null}
 */
export function arrivalPage(from, siteUrl) {
  const target = landing(from, siteUrl);
  if (target === null) {
    return null;
  }
  // The address holds only what URL wrote, which percent-encodes quotes and angle brackets.
  const link = target.replaceAll('&', '&amp;');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Arriving from ${ARRIVALS[from].title}</title>
<p>Arriving from ${ARRIVALS[from].title} … <a href="${link}">Go on</a></p>
<script>location.replace(document.querySelector('a').href);</script>
</html>
`;
}

/** Google's: 91 characters of base64url, beginning as they do. */
function googleClickId() {
  return `Cj0KCQ${randomBytes(64).toString('base64url').slice(0, 81)}BwE_`;
}

/** Facebook's: a prefix and base64url, about as long as theirs. */
function facebookClickId() {
  return `IwY2xjaw${randomBytes(36).toString('base64url')}_aem_${randomBytes(16).toString('base64url')}`;
}
