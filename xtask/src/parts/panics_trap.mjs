/**
 * Makes every panic in a wasm a plain trap: `node panics_trap.mjs FROM TO`.
 *
 * A panic ends in a trap anyway. What Rust does before, composing a message that nobody reads in a visitor's browser, is a tenth
 * of the library; without its callers the optimiser drops it.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import binaryen from 'binaryen';

/** The functions of Rust's standard library, all without return, in which panics begin. */
const PANICS = /panicking::|slice_index_fail|raw_vec::handle_error|handle_alloc_error|capacity_overflow|rust_panic$|AccessError/;
/** Fewest that must be found: with none, names were missing or have changed, and the file would only seem smaller. */
const FEWEST = 5;

const [from, to] = process.argv.slice(2);
const module = binaryen.readBinary(readFileSync(from));
let found = 0;
for (let at = 0; at < module.getNumFunctions(); at += 1) {
  const reference = module.getFunctionByIndex(at);
  const { name, module: importedFrom } = binaryen.getFunctionInfo(reference);
  if (!importedFrom && PANICS.test(name)) {
    binaryen.Function.setBody(reference, module.unreachable());
    found += 1;
  }
}
if (found < FEWEST) throw new Error(`Only ${found} panics were found in ${from}: the names of Rust's functions have changed.`);
writeFileSync(to, module.emitBinary());
