/** What the script tag says of itself. Read while the script runs: afterwards nobody knows which tag it was. */

const { dataset, src } = /** @type {HTMLScriptElement} */ (document.currentScript ?? {});
const address = src && new URL(src);

/** The tag's `data-` attributes. Tag managers that cannot write those put them into the tag's address. */
export const options = /** @type {Record<string, string>} */ ({ ...(address && Object.fromEntries(address.searchParams)), ...dataset });
/** The edge: where the script is from, unless it is a copy and names another. */
export const edge = address && new URL(options.edge ?? address).origin;
