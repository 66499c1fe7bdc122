// SPDX-License-Identifier: MIT OR Apache-2.0

/** A set of ops by number, ascending, without doubles. */
export type OpSet = readonly bigint[];

/** Pairs {first, last}, as the host takes them. */
export function toPairs(ops: OpSet): bigint[] {
  const pairs: bigint[] = [];
  for (const op of ops) {
    if (pairs.length > 0 && pairs[pairs.length - 1] === op - 1n) pairs[pairs.length - 1] = op;
    else pairs.push(op, op);
  }
  return pairs;
}

export function fromPairs(pairs: readonly bigint[]): OpSet {
  const ops: bigint[] = [];
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    for (let op = pairs[at] ?? 1n; op <= (pairs[at + 1] ?? 0n); op += 1n) ops.push(op);
  }
  return ops;
}

/** The ops of `from` that are not in `taken`. */
export function without(from: OpSet, taken: ReadonlySet<bigint>): OpSet {
  return from.filter((op) => !taken.has(op));
}
