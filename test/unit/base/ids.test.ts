// SPDX-License-Identifier: MIT OR Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseU64, seq, U64_MAX } from '../../../src/base/ids.js';

describe('parseU64', () => {
  it.each([
    ['0', 0n],
    ['1_000', 1000n],
    ['1,234', 1234n],
    ['0xff', 255n],
    [' 7 ', 7n],
    [U64_MAX.toString(), U64_MAX],
  ])('reads %j', (text, value) => {
    expect(parseU64(text)).toEqual({ ok: true, value });
  });

  it.each(['', '-1', '1.5', '1e3', 'ten', '0x', '_1', '1__0', (U64_MAX + 1n).toString()])('refuses %j', (text) => {
    expect(parseU64(text).ok).toBe(false);
  });

  it('reads back every u64', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: U64_MAX }), (value) => {
        expect(parseU64(value.toString())).toEqual({ ok: true, value });
        expect(parseU64(`0x${value.toString(16)}`)).toEqual({ ok: true, value });
      }),
    );
  });
});

it('an id outside 64 bits is refused by name', () => {
  expect(() => seq(-1n)).toThrow('seq -1 is not an unsigned 64-bit number');
  expect(() => seq(U64_MAX + 1n)).toThrow(RangeError);
});
