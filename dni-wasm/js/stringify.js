/** The build puts this in place of `JSON.stringify`, here and in what wasm-bindgen writes. */

const { stringify } = JSON;

/**
 * Writes a value as JSON, each part of it as it is: old libraries give all arrays a `toJSON` that makes texts of them.
 *
 * @param {unknown} value
 * @param {undefined} [_]
 * @param {number} [space]
 */
export function dniStringify(value, _, space) {
  return stringify(value, /** @this {any} */ function itself(key) { return this[key]; }, space);
}
