// SPDX-License-Identifier: MIT OR Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  escapeControl,
  formatBytes,
  formatCount,
  formatName,
  formatPercent,
  formatPlural,
} from '../../../src/base/format.js';

describe('formatBytes', () => {
  it.each([
    [0n, '0 B'],
    [1023n, '1023 B'],
    [1024n, '1.0 KiB'],
    [1536n, '1.5 KiB'],
    [1024n * 1024n - 1n, '1.0 MiB'],
    [-2048n, '-2.0 KiB'],
    [(1n << 64n) - 1n, '16.0 EiB'],
    [1n << 80n, '1048576.0 EiB'],
  ])('%s is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('never shows a number of 1024 or more below the last unit', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (bytes) => {
        expect(Number.parseFloat(formatBytes(bytes))).toBeLessThan(1024);
      }),
    );
  });
});

it('groups digits by three', () => {
  expect([0n, 999n, 1000n, 1234567n, -1234n].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567', '-1,234']);
  expect(formatCount((1n << 64n) - 1n)).toBe('18,446,744,073,709,551,615');
});

it('counts with the right word', () => {
  expect([formatPlural(0, 'op'), formatPlural(1n, 'op'), formatPlural(2000, 'entry', 'entries')]).toEqual([
    '0 ops',
    '1 op',
    '2,000 entries',
  ]);
});

it('gives no share of nothing', () => {
  expect([formatPercent(1, 8), formatPercent(0, 0)]).toEqual(['12.5 %', '-']);
});

describe('formatName', () => {
  it('keeps UTF-8 and escapes what is none', () => {
    expect(formatName(new TextEncoder().encode('grün.txt'))).toBe('grün.txt');
    expect(formatName(Uint8Array.of(0x61, 0xff, 0x62))).toBe('a\\xffb');
  });

  it('lets nothing through that drives a terminal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(formatName(bytes)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
      }),
    );
    expect(escapeControl('a\u001b[2Jb\n\u202ec')).toBe('a\\x1b[2Jb\\n\\u202ec');
  });
});
