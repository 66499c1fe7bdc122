// SPDX-License-Identifier: MIT OR Apache-2.0

import { describe, expect, it } from 'vitest';
import { fromPairs, type OpSet, toPairs } from '../../../src/bisect/keep.js';
import { minimize, type Trial } from '../../../src/bisect/minimize.js';

/** A fault that shows when all of `needed` are there, in a world where ops of `depends` cannot run without another. */
function world(needed: OpSet, depends: ReadonlyMap<bigint, bigint> = new Map()) {
  const tried: OpSet[] = [];
  const test = async (ops: OpSet): Promise<Trial> => {
    tried.push(ops);
    const there = new Set<bigint>();
    for (const op of ops) {
      const before = depends.get(op);
      if (before === undefined || there.has(before)) there.add(op);
    }
    if (!needed.every((op) => there.has(op))) return { kind: 'same' };
    const last = needed.at(-1) ?? 0n;
    return { kind: 'diverged', ran: [...there].filter((op) => op <= last), divergence: undefined };
  };
  return { test, tried };
}

const range = (from: bigint, to: bigint): OpSet => fromPairs([from, to]);

async function run(ops: OpSet, test: (ops: OpSet) => Promise<Trial>, fixed: readonly bigint[] = [1n, 2n]) {
  return await minimize({ ops, fixed: new Set(fixed), partitions: () => [], test });
}

describe('minimize', () => {
  it('keeps exactly what the fault needs, and what is fixed', async () => {
    const { test } = world([17n, 400n, 901n]);
    const found = await run(range(1n, 1000n), test);
    expect(found).toMatchObject({ kind: 'done', ops: [1n, 2n, 17n, 400n, 901n] });
  });

  it('cuts to the divergence in its first trial', async () => {
    const { test, tried } = world([5n]);
    await run(range(1n, 100_000n), test);
    expect(tried.slice(1).every((ops) => (ops.at(-1) ?? 0n) <= 5n)).toBe(true);
  });

  it('is 1-minimal: no op of the result can go', async () => {
    const needed = [3n, 50n, 51n, 52n, 80n];
    const { test } = world(needed, new Map([[80n, 50n]]));
    const found = await run(range(1n, 100n), test);
    if (found.kind !== 'done') throw new Error('not done');
    for (const op of found.ops.filter((one) => one > 2n)) {
      const trial = await test(found.ops.filter((one) => one !== op));
      expect(trial.kind).toBe('same');
    }
  });

  it('needs few trials for few ops among many', async () => {
    const { test } = world([700n, 65_000n]);
    const found = await run(range(1n, 65_536n), test);
    expect(found.kind === 'done' && found.trials).toBeLessThan(400);
  });

  it('says when there is nothing to minimize', async () => {
    const { test } = world([101n]);
    expect(await run(range(1n, 100n), test)).toEqual({ kind: 'same', trials: 1 });
  });

  it('tries whole sets first', async () => {
    const { test, tried } = world([10n]);
    const odd = range(1n, 100n).filter((op) => op % 2n === 1n);
    const even = range(1n, 100n).filter((op) => op % 2n === 0n);
    await minimize({ ops: range(1n, 100n), fixed: new Set(), partitions: () => [[even, odd]], test });
    expect(tried[1]?.every((op) => op % 2n === 0n)).toBe(true);
  });
});

describe('sets of ops', () => {
  it('are pairs on the wire', () => {
    expect(toPairs([1n, 2n, 3n, 7n, 9n, 10n])).toEqual([1n, 3n, 7n, 7n, 9n, 10n]);
    expect(toPairs([])).toEqual([]);
    expect(fromPairs([1n, 3n, 7n, 7n])).toEqual([1n, 2n, 3n, 7n]);
  });
});
