// SPDX-License-Identifier: MIT OR Apache-2.0

import { createHmac } from 'node:crypto';

/** Letters first; the others are needed only where names have very many different beginnings. */
const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ALL = characters(1, 255);
const PRINTABLE = characters(0x21, 0x7e);

/** Characters of a range that may stand anywhere in a name: no slash, and no dot, lest `.` or `..` come out. */
function characters(first: number, last: number): readonly string[] {
  const codes = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return codes.filter((code) => code !== 0x2e && code !== 0x2f).map((code) => String.fromCharCode(code));
}

/**
 * Other names for names: one for one, of the same length, in the same order, and with the same common beginnings, so
 * that a sorted or prefix-compressed directory has the same shape. Names have one character a byte ("latin1").
 *
 * All names must be known at first, because order is kept by handing out, at each branching of their common beginnings,
 * as many letters as there are branches, in order. Which letters is chosen by the secret.
 */
export function pseudonyms(names: Iterable<string>, secret: Uint8Array): ReadonlyMap<string, string> {
  const sorted = [...new Set(names)].sort(byBytes);
  const found = new Map<string, string>();
  // A stack of its own: a name in a damaged trace may be longer than the call stack is deep.
  const work: Range[] = [{ from: 0, to: sorted.length, depth: 0, made: '' }];
  for (let range = work.pop(); range !== undefined; range = work.pop()) {
    let from = range.from;
    // The name that ends here sorts before those that go on.
    if ((sorted[from] as string | undefined)?.length === range.depth) found.set(sorted[from++] as string, range.made);
    const branches = branchesOf(sorted, from, range.to, range.depth);
    const letters = choose(branches.length, `${range.depth}/${range.made}`, secret);
    for (const [index, branch] of branches.entries()) {
      work.push({ ...branch, depth: range.depth + 1, made: range.made + (letters[index] as string) });
    }
  }
  return found;
}

type Range = { readonly from: number; readonly to: number; readonly depth: number; readonly made: string };

/** Code units of latin1 text are its bytes. */
function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function branchesOf(
  sorted: readonly string[],
  from: number,
  to: number,
  depth: number,
): readonly { readonly from: number; readonly to: number }[] {
  const branches: { from: number; to: number }[] = [];
  let last: string | undefined;
  for (let index = from; index < to; index++) {
    const letter = (sorted[index] as string)[depth];
    const branch = branches.at(-1);
    if (branch !== undefined && letter === last) branch.to = index + 1;
    else branches.push({ from: index, to: index + 1 });
    last = letter;
  }
  return branches;
}

/** So many different letters in ascending order, none of them `/` or NUL. */
function choose(count: number, place: string, secret: Uint8Array): readonly string[] {
  if (count === 0) return [];
  const alphabet = alphabetFor(count);
  const random = new KeyedRandom(secret, place);
  const chosen = new Set<string>();
  while (chosen.size < count) chosen.add(alphabet[random.below(alphabet.length)] as string);
  return [...chosen].sort(byBytes);
}

/** The plainest letters of which at most three in four are taken, or there would be little left to choose. */
function alphabetFor(count: number): readonly string[] {
  if (count <= LETTERS.length * 0.75) return [...LETTERS];
  return count <= PRINTABLE.length * 0.75 ? PRINTABLE : ALL;
}

/** Numbers that only the secret and the place decide. */
class KeyedRandom {
  readonly #secret: Uint8Array;
  readonly #place: string;
  #block: Buffer = Buffer.alloc(0);
  #at = 0;
  #count = 0;

  constructor(secret: Uint8Array, place: string) {
    this.#secret = secret;
    this.#place = place;
  }

  below(limit: number): number {
    if (this.#at + 4 > this.#block.byteLength) {
      this.#block = createHmac('sha256', this.#secret)
        .update(`letters ${this.#count++} `)
        .update(this.#place, 'latin1')
        .digest();
      this.#at = 0;
    }
    const value = this.#block.readUInt32LE(this.#at);
    this.#at += 4;
    return value % limit;
  }
}
