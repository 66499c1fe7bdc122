// SPDX-License-Identifier: MIT OR Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, formatOffset, formatWallClock, ratePerSecond } from '../../../src/base/time.js';

describe('formatDuration', () => {
  it.each([
    [0n, '0 ns'],
    [999n, '999 ns'],
    [12_400n, '12.4 us'],
    [999_999n, '999.9 us'],
    [3_200_000n, '3.20 ms'],
    [1_500_000_000n, '1.50 s'],
    [125_000_000_000n, '2 min 05 s'],
    [11_220_000_000_000n, '3 h 07 min'],
    [-1n, '-1 ns'],
  ])('%s is %s', (span, text) => {
    expect(formatDuration(span)).toBe(text);
  });
});

describe('formatWallClock', () => {
  it('keeps all nine digits', () => {
    expect(formatWallClock(1_795_366_800_123_456_789n)).toBe('2026-11-22T17:00:00.123456789Z');
    expect(formatWallClock(0n)).toBe('1970-01-01T00:00:00.000000000Z');
    expect(formatWallClock(-1n)).toBe('1969-12-31T23:59:59.999999999Z');
  });

  it('takes any u64, however damaged the trace', () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (point) => formatWallClock(point).length > 0));
    expect(formatWallClock(1n << 100n)).toMatch(/ ns$/);
  });
});

it('offsets are signed and of fixed width', () => {
  expect(formatOffset(12_345_678_901n, 0n)).toBe('+12.345678901');
  expect(formatOffset(5n, 10n)).toBe('-0.000000005');
});

it('a rate over no time is 0, not a crash', () => {
  expect([ratePerSecond(500n, 0n), ratePerSecond(500n, 2_000_000_000n)]).toEqual([0n, 250n]);
});
