// SPDX-License-Identifier: MIT OR Apache-2.0

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../tidy/source-files.js';

const FIXED = ['git', 'randread', 'randwrite', 'storm'];
const WORKLOADS = [...FIXED, 'dbench'];
const REPLAYED = [...WORKLOADS, 'storm1', 'storm1-memfs'];

const under = (group: string, names: readonly string[], figures: readonly string[]) =>
  names.flatMap((name) => figures.map((figure) => `${group}.${name}.${figure}`));

/** Every figure that the benchmarks promise, spelled out here once more. */
const EXPECTED: readonly string[] = [
  ...under('record', WORKLOADS, ['cost', 'cpuPerOp', 'lost']),
  ...under('record', FIXED, ['perOp']),
  ...['record.memory.off', 'record.memory.on'],
  ...under('size', WORKLOADS, ['raw', 'stored']),
  ...under('replay', REPLAYED, ['rate', 'digestRate', 'speedup', 'digestCost', 'memory']),
  ...under('back', ['step', 'any'], ['p50', 'p95']),
  ...['back.checkpoints', 'back.memory', 'gate.million'],
  ...['long.write', 'long.size', 'long.node', 'long.frame', 'long.open', 'long.open.memory'],
  ...['long.seek.p50', 'long.seek.p95', 'long.seek.memory'],
];

type Entry = {
  readonly name: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly unit: string;
  readonly verdict: string;
  readonly line: { readonly bound: string; readonly limit: number } | null;
};

type Document = {
  readonly schema: string;
  readonly machine: { readonly cores: number; readonly kernel: string; readonly date: string };
  readonly entries: readonly Entry[];
  readonly failed: readonly unknown[];
};

/** The benchmarks at their smallest: that each measures, not how fast anything is. */
describe('npm run bench -- --quick', () => {
  let document: Document;

  beforeAll(async () => {
    const modules = process.env.BENTO_BENCH_MODULES;
    const words = ['bench/run.mjs', '--quick', '--json', ...(modules === undefined ? [] : ['--modules', modules])];
    const done = promisify(execFile)(process.execPath, words, { cwd: ROOT, maxBuffer: 1 << 24 });
    const { stdout } = await done.catch((error: { readonly stdout: string; readonly stderr: string }) => {
      throw new Error(`the benchmarks failed: ${error.stderr.slice(-3_000)}`);
    });
    document = JSON.parse(stdout);
  }, 600_000);

  it('names its schema and the machine', () => {
    expect(document.schema).toBe('bento-rr/bench@1');
    expect(document.machine.cores).toBeGreaterThan(0);
    expect(document.machine.kernel).not.toBe('');
    expect(Date.parse(document.machine.date)).toBeGreaterThan(0);
    expect(document.failed).toEqual([]);
  });

  it('has every figure once, and each is a number', () => {
    expect(document.entries.map(({ name }) => name).sort()).toEqual([...EXPECTED].sort());
    for (const { name, value, min, max } of document.entries) {
      for (const number of [value, min, max]) expect(Number.isFinite(number), name).toBe(true);
      expect(min, name).toBeLessThanOrEqual(value);
      expect(max, name).toBeGreaterThanOrEqual(value);
    }
  });

  it('times, rates, sizes and memory are above zero', () => {
    // Differences of two measurements may be anything in a run this short; so may be what was lost, which should be nothing.
    const differences = /\.(?:perOp|cpuPerOp|digestCost|lost)$/;
    const wrong = document.entries.filter(({ name, value }) => !differences.test(name) && value <= 0);
    expect(wrong).toEqual([]);
  });

  it('a verdict follows from the value and the line', () => {
    for (const { name, value, line, verdict } of document.entries) {
      const reached =
        line === null
          ? 'info'
          : (line.bound === 'at most' ? value <= line.limit : value >= line.limit)
            ? 'pass'
            : 'short';
      expect(verdict, name).toBe(reached);
    }
  });
});
