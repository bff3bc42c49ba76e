/** Other products that swap phone numbers, by the hosts of their scripts and by what they leave on `window`. */

/** @type {[name: string, host: RegExp, globals: string[]][]} */
const VENDORS = [
  ['CallRail', /(^|\.)callrail\.com$|(^|\.)calltrk\.com$/, ['CallTrkSwap', 'crwpVer']],
  ['CallTrackingMetrics', /(^|\.)tctm\.(co|xyz)$|(^|\.)calltrackingmetrics\.com$/, ['__ctm', '__ctm_loaded']],
  ['Invoca', /(^|\.)invocacdn\.com$|(^|\.)invoca\.(net|com)$/, ['Invoca']],
  ['Infinity', /(^|\.)infinity-tracking\.(net|com)$/, ['_ictt']],
  ['ResponseTap', /(^|\.)responsetap\.com$|(^|\.)adinsight\.com$/, ['adiInit', 'rTapNotifyDOMChange']],
  ['WhatConverts', /(^|\.)whatconverts\.com$|(^|\.)iconnode\.com$|(^|\.)ksrndkehqnwntyxlhgto\.com$|(^|\.)oqhaqzwnbjgcpycneryg\.com$/, ['$wc_leads', '$wc_load']],
  ['Marchex', /(^|\.)marchex\.(io|com)$|(^|\.)voicestar\.com$/, ['vs_account_id', 'VoiceStar']],
  ['DialogTech', /(^|\.)dialogtech\.com$|(^|\.)sourcetrak\.com$/, ['ST_SourceTrak']],
  ['Ringba', /(^|\.)ringba\.com$/, ['_rgba', '_rgba_tags', 'ringba_known_numbers']],
  ['Retreaver', /(^|\.)retreaver\.com$|(^|\.)callpixels\.com$/, ['Retreaver', 'Callpixels']],
  ['iovox', /(^|\.)iovox\.com$/, ['iovox']],
  ['Mediahawk', /(^|\.)mediahawk\.co\.uk$/, ['mhct']],
  ['Nimbata', /(^|\.)nimbata\.com$/, []],
  ['Delacon', /(^|\.)delacon(tech)?\.com(\.au)?$/, []],
  ['matelso', /(^|\.)matelso\.(com|de)$/, []],
  ['CallScaler', /(^|\.)callscaler\.com$/, []],
  ['Google Ads website call conversions', /^never$/, ['_googWcmImpl', '_googWcmGet']],
];

/** Answers the products at work on this page. */
export function vendors() {
  const addresses = [.../** @type {NodeListOf<HTMLScriptElement>} */ (document.querySelectorAll('script[src]'))].map((script) => script.src);
  addresses.push(.../** @type {PerformanceResourceTiming[]} */ (performance.getEntriesByType('resource')).filter((one) => one.initiatorType === 'script').map((one) => one.name));
  const hosts = new Set(addresses.map(hostOf));
  // Our own alias of CallRail's API is no CallRail.
  return VENDORS.filter(([, host, globals]) => [...hosts].some((one) => host.test(one)) || globals.some((name) => name in window))
    .map(([name]) => name);
}

/** @param {string} address */
function hostOf(address) {
  try {
    return new URL(address, location.href).hostname;
  } catch {
    return '';
  }
}
