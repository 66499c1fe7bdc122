// SPDX-License-Identifier: MIT OR Apache-2.0

import { describe, expect, it } from 'vitest';
import type { Seq } from '../../../src/base/ids.js';
import { SlotTimes } from '../../../src/report/slot-times.js';
import { craft, openBytes, START } from '../../support/craft-trace.js';

const op = (begin: bigint, thread = 0) => ({
  op: { begin, thread, nodeid: 1n, request: { kind: 'getattr', value: {} } } as const,
});
const times = (durations: readonly number[], ends: readonly number[], endBeforeNs = 0n) => ({
  record: {
    kind: 'times',
    value: { durations: Uint8Array.from(durations), ends: Uint8Array.from(ends), endBeforeNs },
  } as const,
});
const opsOf = (content: Uint8Array, count: number) => {
  const trace = openBytes(content);
  return Array.from({ length: count }, (_, index) => trace.op(BigInt(index + 1) as Seq));
};

describe('times beside the ops', () => {
  it('are the durations and ends of the ops, whose begins stay the clock of the module', () => {
    // 43: 7 << 9 = 3584; 60: 4 << 14 = 65536; 3: 3.
    const content = craft([times([43, 60, 3], [60, 60, 43]), op(START), op(START), op(START + 4_194_304n)]);
    const [first, second, third] = opsOf(content, 3);
    expect(first).toMatchObject({ begin: START, duration: 3_584n, started: START + 65_536n - 3_584n });
    // It would have begun before the clock's tick: no earlier than that.
    expect(second).toMatchObject({ begin: START, duration: 65_536n, started: START + 65_536n });
    // The clock has passed the last end.
    expect(third).toMatchObject({ duration: 3n, started: START + 4_194_304n + 3_584n - 3n });
  });

  it('go on from the chunk before', () => {
    const content = craft([
      ...[times([3], [60]), op(START), { endChunk: true as const }],
      ...[times([3], [3], 65_536n), op(START)],
    ]);
    expect(opsOf(content, 2).map(({ started }) => started - START)).toEqual([65_533n, 65_536n]);
  });

  it('hold hours, and a byte that no time has', () => {
    const hours = craft([times([170, 255], [170, 0]), op(START), op(START)]);
    const [long, longest] = opsOf(hours, 2);
    expect(long?.duration).toBe(6n << 41n);
    expect(longest?.duration).toBeGreaterThan(1n << 52n);
  });

  it.each([
    ['of too few ops', [times([3], [3]), op(START), op(START)]],
    ['of different lengths', [times([3, 3], [3]), op(START), op(START)]],
    ['behind an op', [op(START), times([3, 3], [3, 3]), op(START)]],
    ['twice', [times([3], [3]), times([3], [3]), op(START)]],
  ])('are refused %s', (_, parts) => {
    expect(() => openBytes(craft(parts)).op(1n as Seq)).toThrowError(
      expect.objectContaining({ why: expect.stringMatching(/times/) }),
    );
  });

  it('make slices of a thread that follow one another', () => {
    const slots = new SlotTimes();
    const at = (thread: number, started: bigint, duration: bigint) =>
      slots.place({ thread, started, duration } as Parameters<SlotTimes['place']>[0]);
    expect(at(0, 100n, 50n)).toEqual({ begin: 100n, end: 150n });
    expect(at(0, 140n, 30n)).toEqual({ begin: 150n, end: 170n });
    expect(at(0, 160n, 5n)).toEqual({ begin: 170n, end: 170n });
    expect(at(1, 140n, 30n)).toEqual({ begin: 140n, end: 170n });
  });
});
