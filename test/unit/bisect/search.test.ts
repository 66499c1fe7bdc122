// SPDX-License-Identifier: MIT OR Apache-2.0

import { describe, expect, it } from 'vitest';
import { searchFirstBad, type Verdict } from '../../../src/bisect/search.js';

async function search(count: number, firstBad: number, skip: ReadonlySet<number> = new Set()) {
  const asked: number[] = [];
  const result = await searchFirstBad(count, {
    judge: async (index): Promise<Verdict> => {
      asked.push(index);
      return skip.has(index) ? 'skip' : index < firstBad ? 'good' : 'bad';
    },
  });
  return { ...result, asked };
}

describe('searchFirstBad', () => {
  it('finds every place in 65 versions (64 commits after the good one) with 6 verdicts at most', async () => {
    for (let firstBad = 1; firstBad <= 64; firstBad += 1) {
      const found = await search(65, firstBad);
      expect(found.firstBad).toBe(firstBad);
      expect(found.lastGood).toBe(firstBad - 1);
      expect(found.verdicts).toBeLessThanOrEqual(6);
      expect(found.verdicts).toBe(found.asked.length);
    }
  });

  it('asks for no end and for nothing twice', async () => {
    const { asked } = await search(1000, 777);
    expect(asked).not.toContain(0);
    expect(asked).not.toContain(999);
    expect(new Set(asked).size).toBe(asked.length);
  });

  it('needs no verdict between neighbours', async () => {
    expect(await search(2, 1)).toMatchObject({ firstBad: 1, lastGood: 0, verdicts: 0 });
  });

  it('goes round versions that cannot be judged', async () => {
    const skip = new Set([30, 31, 32, 33]);
    const found = await search(65, 20, skip);
    expect(found.firstBad).toBe(20);
    expect(found.skipped.every((index) => skip.has(index))).toBe(true);
  });

  it('leaves a range when the first bad one hides among the skipped', async () => {
    const found = await search(10, 5, new Set([4, 5, 6]));
    expect(found).toMatchObject({ lastGood: 3, firstBad: 7, skipped: [4, 5, 6] });
  });

  it('says beforehand what may come next', async () => {
    const expected: (readonly number[])[] = [];
    const judged: number[] = [];
    await searchFirstBad(17, {
      judge: async (index) => {
        judged.push(index);
        return index < 11 ? 'good' : 'bad';
      },
      expect: (indexes) => expected.push(indexes),
    });
    for (const [turn, indexes] of expected.entries()) {
      const next = judged[turn + 1];
      if (next !== undefined) expect(indexes).toContain(next);
    }
  });
});
