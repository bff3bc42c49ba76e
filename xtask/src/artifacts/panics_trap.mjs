/**
 * Makes every panic in a wasm a plain trap: `node panics_trap.mjs FROM TO`.
 *
 * A panic ends in a trap anyway. What Rust does before, composing a message that nobody reads in a visitor's browser, is a tenth
 * of the library; without its callers the optimiser drops it. The texts of the messages it cannot drop, for it does not know what
 * a text is for. They are blanked, which costs nothing compressed; so no path of whoever built the file is in it either.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import binaryen from 'binaryen';

/** The functions of Rust's standard library, all without return, in which panics begin. */
const PANICS = /panicking::|slice_index_fail|raw_vec::handle_error|handle_alloc_error|capacity_overflow|rust_panic$|AccessError/;
/** What those functions alone read, in Rust's data: paths of source files, messages, and the digits to write a number with. */
const TEXTS = new RegExp([
  '[\\w./-]{8,}\\.rs\\0',
  'capacity overflow', 'insertion index \\(is ', 'should be <= len \\(is ', 'slice index starts at ', 'but ends at ',
  'index out of bounds: the len is ', 'but the index is ', 'range (?:start|end) index ', 'out of range for slice of length ',
  'closure invoked recursively or after being dropped', 'assertion failed: [\\w.()]+', 'RefCell already (?:mutably )?borrowed',
  '0001020304\\d{180}9596979899',
].join('|'), 'g');
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
// Latin-1 stands for the bytes as they are.
const binary = Buffer.from(module.emitBinary()).toString('latin1');
writeFileSync(to, binary.replace(TEXTS, (text) => '\0'.repeat(text.length)), 'latin1');
