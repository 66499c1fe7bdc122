// SPDX-License-Identifier: MIT OR Apache-2.0

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseCommandLine } from '../../bench/command-line.js';
import { entry } from '../../bench/entry.js';
import { LINES } from '../../bench/lines.js';
import { writeLongTrace } from '../../bench/long-trace.js';
import { interleave } from '../../bench/measure/interleave.js';
import { percentile, sampleOf } from '../../bench/measure/sample.js';
import { putFigures } from '../../bench/report/doc-table.js';
import { formatFigure } from '../../bench/report/figures.js';
import { UsageError } from '../../src/base/errors.js';
import { TraceFile } from '../../src/trace/trace-file.js';
import { TraceWriter } from '../../src/trace/trace-writer.js';
import { HEADER, START } from '../support/craft-trace.js';

it('the median and the spread of an odd and an even number of rounds', () => {
  expect(sampleOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3, count: 3 });
  expect(sampleOf([4, 1, 2, 3]).median).toBe(2.5);
});

it('a measurement that failed is never a figure', () => {
  expect(() => sampleOf([])).toThrow('nothing was measured');
  expect(() => sampleOf([1, Number.NaN])).toThrow('NaN');
  expect(() => entry({ name: 'a.b', what: 'x', unit: 'ms' }, Number.POSITIVE_INFINITY)).toThrow('Infinity');
});

it('percentiles by nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, n) => 100 - n);
  expect(percentile(hundred, 0.5)).toBe(50);
  expect(percentile(hundred, 0.95)).toBe(95);
  expect(percentile([7], 0.95)).toBe(7);
});

it('each variant is first in every other round', async () => {
  const order: string[] = [];
  const take = (name: string) => async (round: number) => {
    order.push(`${name}${round}`);
    return name;
  };
  const pairs = await interleave(3, take('a'), take('b'));
  expect(order).toEqual(['a0', 'b0', 'b1', 'a1', 'a2', 'b2']);
  expect(pairs.every(({ a, b }) => a === 'a' && b === 'b')).toBe(true);
});

it('verdicts at the line itself', () => {
  const words = { name: 'a.b', what: 'x' } as const;
  expect(entry({ ...words, unit: 'ms', line: LINES.seek }, 100).verdict).toBe('pass');
  expect(entry({ ...words, unit: 'ms', line: LINES.seek }, 100.1).verdict).toBe('short');
  expect(entry({ ...words, unit: 'ops/s', line: LINES.replayRate }, 500_000).verdict).toBe('pass');
  expect(entry({ ...words, unit: 'ops/s', line: LINES.replayRate }, 499_999).verdict).toBe('short');
  expect(entry({ ...words, unit: 'ops/s' }, 1).verdict).toBe('info');
});

it.each([
  [1.0341, 'x', '1.034 x'],
  [22.73, 'x', '22.7 x'],
  [1_234_567.8, 'ops/s', '1,234,568 ops/s'],
  [4.9, 'B/op', '4.90 B/op'],
  [0, 'ops', '0 ops'],
  [-256.4, 'ns', '-256 ns'],
] as const)('%d %s reads %s', (value, unit, text) => {
  expect(formatFigure(value, unit)).toBe(text);
});

it('the page keeps what stands around its figures', () => {
  const page = 'before\n<!-- figures: begin -->\nold\n<!-- figures: end -->\nafter\n';
  const machine = {
    cores: 2,
    cpu: 'c',
    memoryMiB: 2048,
    kernel: 'k',
    node: 'n',
    date: '2026-11-22T10:00:00Z',
    load: 0,
  };
  const entries = [entry({ name: 'back.step.p50', what: 'one op back', unit: 'ms', line: LINES.stepBack }, [9, 7, 8])];
  const figures = { machine, quick: false, rounds: 3, revision: 'abc', entries, failed: [] };
  const put = putFigures(page, figures);
  expect(put).toMatch(/^before\n[\s\S]*\nafter\n$/);
  expect(put).not.toContain('old');
  expect(put).toContain('| one op back | 8 ms | 7 to 9 | pass: at most 50 ms (step back 50 ms) |');
  expect(put).toContain('1 figures reach their line, 0 fall short');
  expect(putFigures(put, figures)).toBe(put);
  expect(() => putFigures('no marks', figures)).toThrow('figures: begin');
});

it("the guest's figures are a row a workload, and what is short is said", () => {
  const page = '<!-- guest figures: begin -->\nold\n<!-- guest figures: end -->\n';
  const machine = {
    cores: 2,
    cpu: 'c',
    memoryMiB: 2048,
    kernel: 'k',
    node: 'n',
    date: '2026-11-22T10:00:00Z',
    load: 0,
  };
  const line = LINES.againstExt4;
  const entries = [
    entry({ name: 'guest.untar.count', what: 'untar: count', unit: 'M' }, 90),
    entry({ name: 'guest.untar.ext4', what: 'untar: / ext4', unit: 'x', line }, 1.25),
    entry({ name: 'guest-time.untar.time', what: 'untar: time', unit: 'ms' }, 1234),
  ];
  const put = putFigures(
    page,
    { machine, quick: true, rounds: 1, revision: 'abc', entries, failed: [] },
    'guest figures',
  );
  expect(put).not.toContain('old');
  expect(put).toContain('smallest sizes');
  expect(put).toContain('| untar | 90 | 1.250 | - | - | - | - |');
  expect(put).toContain('| untar | 1,234 | - | - | - | - | - |');
  expect(put).toContain('- untar: / ext4: 1.250 x, the line is at most 1.100 x (within 10 % of ext4)');
});

it('a long trace has the ops of the short one again and again, numbered on', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bento-rr-long-'));
  try {
    const parts: Uint8Array[] = [];
    const writer = new TraceWriter({ write: (bytes) => void parts.push(bytes) }, HEADER, { chunkBytes: 200 });
    for (let n = 0n; n < 50n; n++) {
      writer.op({ begin: START + n * 1_000n, nodeid: n + 1n, request: { kind: 'getattr', value: {} } });
    }
    writer.finish();
    const from = join(folder, 'short.btr');
    const to = join(folder, 'long.btr');
    writeFileSync(from, Buffer.concat(parts));
    const ops = writeLongTrace(from, to, 1_000n);
    const trace = TraceFile.open(to);
    expect(trace.warnings).toEqual([]);
    expect(trace.ops).toBe(ops);
    expect(ops).toBeGreaterThanOrEqual(1_000n);
    const all = [...trace.opsFrom()];
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => BigInt(index + 1)));
    expect(all.map(({ nodeid }) => nodeid)).toEqual(all.map((_, index) => BigInt((index % 50) + 1)));
    expect(all.every(({ begin }, index) => index === 0 || begin > (all[index - 1]?.begin ?? 0n))).toBe(true);
    trace.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it.each([
  [['--only', 'nothing'], 'there is no benchmark nothing'],
  [['--rounds', '0'], '--rounds 0'],
  [['--rounds', 'x'], '--rounds x'],
  [['--doc', '--quick'], '--doc wants the figures of a full run'],
  [['--bogus'], '--bogus'],
])('%j is refused with a hint', (argv, message) => {
  try {
    parseCommandLine(argv, ['record', 'size']);
    expect.unreachable();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    expect(error.message).toContain(message);
    expect(error.hint).not.toBe('');
  }
});

it('several benchmarks by name', () => {
  expect(parseCommandLine(['--only', 'record,size', '--quick'], ['record', 'size', 'long'])).toMatchObject({
    only: ['record', 'size'],
    quick: true,
  });
});
