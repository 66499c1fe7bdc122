// SPDX-License-Identifier: MIT OR Apache-2.0

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LatencyHistogram } from '../../../src/trace/latency.js';

it('a percentile is never below the true one, and at most 1/32 above', () => {
  const values = fc.array(fc.bigInt({ min: 0n, max: 1n << 40n }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(values, fc.constantFrom(0.5, 0.9, 0.99, 0.999, 1), (all, share) => {
      const histogram = new LatencyHistogram();
      for (const value of all) histogram.add(value);
      const sorted = [...all].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      const exact = sorted[Math.max(1, Math.ceil(share * all.length)) - 1] as bigint;
      const found = histogram.percentile(share);
      expect(found >= exact && found <= exact + exact / 32n + 1n, `${found} for ${exact}`).toBe(true);
      expect([histogram.count, histogram.max, histogram.total]).toEqual([
        all.length,
        sorted.at(-1),
        all.reduce((a, b) => a + b, 0n),
      ]);
    }),
  );
});

it('of nothing is nothing', () => {
  const none = new LatencyHistogram();
  expect([none.percentile(0.99), none.mean, none.max]).toEqual([0n, 0n, 0n]);
});
