/**
 * Writes `patterns.rs` from the patterns of the npm package isbot (Unlicense): run it by hand when isbot has a new version.
 *
 *     node_modules/.bin/node dni-core/src/bot/patterns.mjs && cargo fmt -p dni-core
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { list } from 'isbot';

const { version } = JSON.parse(readFileSync(new URL('../../../node_modules/isbot/package.json', import.meta.url), 'utf8'));
const FOREVER = 255;
const ASCII = 128;

/** Reads one pattern: the part of regular expressions that isbot's patterns use, and nothing more. */
class Reader {
  #text;
  #at = 0;

  constructor(text) {
    this.#text = text;
  }

  read() {
    const alternatives = this.#alternatives();
    if (this.#at < this.#text.length) {
      throw new Error(`cannot read ${this.#text} from character ${this.#at}`);
    }
    return alternatives.length === 1 ? alternatives[0] : [{ group: alternatives, min: 1, max: 1 }];
  }

  #alternatives() {
    const alternatives = [[]];
    while (this.#at < this.#text.length && this.#text[this.#at] !== ')') {
      if (this.#take('|')) {
        alternatives.push([]);
      } else {
        alternatives.at(-1).push(this.#repeated(this.#piece()));
      }
    }
    return alternatives;
  }

  #piece() {
    for (const [open, kind] of [['(?:', 'group'], ['(?!', 'notBefore'], ['(?<!', 'notAfter']]) {
      if (this.#take(open)) {
        const alternatives = this.#alternatives();
        this.#demand(')');
        return kind === 'group' ? { group: alternatives, min: 1, max: 1 } : { [kind]: alternatives };
      }
    }
    if (this.#take('^')) return { mark: 'Start' };
    if (this.#take('$')) return { mark: 'End' };
    if (this.#take('\\b')) return { mark: 'Edge' };
    if (this.#take('[')) return this.#class();
    const set = this.#member();
    return { set, min: 1, max: 1 };
  }

  #class() {
    const negated = this.#take('^');
    const set = new Set();
    while (!this.#take(']')) {
      const from = this.#member();
      if (from.size === 1 && this.#text[this.#at] === '-' && this.#text[this.#at + 1] !== ']') {
        this.#demand('-');
        const [first, last] = [[...from][0], [...this.#member()][0]];
        for (let code = first; code <= last; code += 1) set.add(code);
      } else {
        for (const code of from) set.add(code);
      }
    }
    const members = negated ? range(0, ASCII - 1).filter((code) => !set.has(code)) : [...set];
    return { set: new Set(members), others: negated, min: 1, max: 1 };
  }

  #member() {
    if (this.#take('\\w')) return new Set([...'abcdefghijklmnopqrstuvwxyz0123456789_'].map(code));
    if (this.#take('\\d')) return new Set([...'0123456789'].map(code));
    if (this.#take('\\s')) return new Set([...' \t\n\v\f\r'].map(code));
    this.#take('\\');
    return new Set([code(this.#text[this.#at++].toLowerCase())]);
  }

  #repeated(piece) {
    const [min, max] = this.#times();
    // Lazy or greedy: whether there is a match at all does not depend on it.
    this.#take('?');
    if (min === 1 && max === 1) return piece;
    return piece.set || piece.group ? { ...piece, min, max } : fail(`nothing to repeat in ${this.#text}`);
  }

  #times() {
    if (this.#take('+')) return [1, FOREVER];
    if (this.#take('*')) return [0, FOREVER];
    if (this.#take('?')) return [0, 1];
    const counted = /^\{(\d+)(,(\d*))?\}/.exec(this.#text.slice(this.#at));
    if (!counted) return [1, 1];
    this.#at += counted[0].length;
    return [Number(counted[1]), counted[2] ? Number(counted[3] || FOREVER) : Number(counted[1])];
  }

  #take(text) {
    const found = this.#text.startsWith(text, this.#at);
    this.#at += found ? text.length : 0;
    return found;
  }

  #demand(text) {
    if (!this.#take(text)) fail(`${text} expected at character ${this.#at} of ${this.#text}`);
  }
}

const isOne = (piece) => piece.set?.size === 1 && !piece.others && piece.min === 1 && piece.max === 1;
const letter = (piece) => String.fromCharCode([...piece.set][0]);
const literal = (pieces) => (pieces.every(isOne) ? pieces.map(letter).join('') : undefined);

function rust(pieces) {
  const written = [];
  for (const piece of pieces) {
    if (isOne(piece)) {
      const last = written.at(-1);
      if (last?.text === undefined) written.push({ text: letter(piece) });
      else last.text += letter(piece);
    } else {
      written.push({ code: rustPiece(piece) });
    }
  }
  return `&[${written.map(({ text, code: piece }) => piece ?? `Text(${JSON.stringify(text)})`).join(', ')}]`;
}

function rustPiece(piece) {
  if (piece.mark) return piece.mark;
  const of = (alternatives) => `&[${alternatives.map(rust).join(', ')}]`;
  const texts = (alternatives) => `&[${alternatives.flatMap(spelled).map((text) => JSON.stringify(text)).join(', ')}]`;
  if (piece.notBefore) return `NotBefore(${texts(piece.notBefore)})`;
  if (piece.notAfter) return `NotAfter(${texts(piece.notAfter)})`;
  if (piece.group) return `Group(${of(piece.group)}, ${piece.min}, ${piece.max})`;
  let bits = 0n;
  for (const member of piece.set) bits |= 1n << BigInt(member);
  const hex = bits.toString(16).padStart(32, '0').match(/.{4}/g).join('_');
  return `Set(0x${hex}, ${Boolean(piece.others)}, ${piece.min}, ${piece.max})`;
}

/** Lists the texts that alternatives in a lookaround stand for. */
function spelled(pieces) {
  const groups = pieces.length === 1 && pieces[0].group;
  return groups ? groups.flatMap(spelled) : [literal(pieces) ?? fail('a lookaround that is no text')];
}

function code(char) {
  return char.charCodeAt(0);
}

function range(first, last) {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

function fail(why) {
  throw new Error(why);
}

const words = [];
const starts = [];
const patterns = [];
for (const text of list) {
  const pieces = new Reader(text).read();
  if (literal(pieces) !== undefined) words.push(literal(pieces));
  else if (pieces[0].mark === 'Start' && literal(pieces.slice(1)) !== undefined) starts.push(literal(pieces.slice(1)));
  else patterns.push(pieces);
}
const quoted = (texts) => texts.sort((one, two) => (one < two ? -1 : 1)).map((text) => JSON.stringify(text)).join(', ');
writeFileSync(new URL('patterns.rs', import.meta.url), `//! What gives bots away. Written by \`patterns.mjs\` from the patterns of isbot ${version} (Unlicense), in lower case.

use super::pattern::PatternPiece::{self, Edge, End, Group, NotAfter, NotBefore, Set, Start, Text};

/// Texts that stand anywhere in the name, sorted.
pub(super) const WORDS: &[&str] = &[${quoted(words)}];

/// Texts that the name starts with, sorted.
pub(super) const STARTS: &[&str] = &[${quoted(starts)}];

/// Everything else.
pub(super) const PATTERNS: &[&[PatternPiece]] = &[${patterns.map(rust).join(',\n')}];
`);
console.log(`${words.length} words, ${starts.length} starts, ${patterns.length} patterns`);
