// SPDX-License-Identifier: MIT OR Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench } from '../bench.js';
import { type Entry, entry } from '../entry.js';
import { LINES, type Line } from '../lines.js';
import { makeInput } from './input.js';
import { instructions, type Measured } from './measured.js';
import { runGuest, type Subject } from './run-guest.js';

type Counted = {
  readonly workload: string;
  readonly words: string;
  /** The workload that does nothing but start the same program. */
  readonly base?: string;
  /** The line on the ratio. */
  readonly line?: Line;
};

const WORKLOADS: readonly Counted[] = [
  { workload: 'git-clone', words: 'git clone of a local repository', base: 'empty' },
  { workload: 'storm', words: 'fs_mark: create and unlink empty files in ten folders', base: 'empty' },
  {
    ...{ workload: 'rand-read-4k-direct', words: 'fio random reads of 4 KiB, direct' },
    ...{ base: 'fio-nothing', line: LINES.recordingCost },
  },
  { workload: 'rand-write-4k-direct', words: 'fio random writes of 4 KiB, direct', base: 'fio-nothing' },
  { workload: 'dbench', words: 'dbench, 4 clients', line: LINES.recordingCost },
];

/** Each side twice, so that two measurements of one thing say how far such a measurement can be off. */
const ORDER: readonly Subject[] = ['fuse', 'fuse-full', 'fuse-meta', 'fuse-meta', 'fuse-full', 'fuse'];

/**
 * What bento-host's own recorder costs, counted instead of timed: in a guest with one processor whose clock counts
 * instructions, the same work through FUSE with recording off and on.
 */
export const fuseRecording: Bench = {
  name: 'guest-fuse',
  summary: 'in a guest, counted in instructions: what recording costs through FUSE (only when named)',
  asked: true,
  async *run(world) {
    // Not in memory: the guest has the host's root, but a /dev/shm of its own.
    const input = mkdtempSync(join(tmpdir(), 'bento-rr-bench-input-'));
    try {
      makeInput(world.root, input);
      const workloads = ['empty', 'fio-nothing', ...WORKLOADS.map(({ workload }) => workload)];
      const measured = await runGuest(world, input, true, { subjects: ORDER, workloads });
      for (const counted of WORKLOADS) yield* entriesOf(counted, measured);
    } finally {
      rmSync(input, { recursive: true, force: true });
    }
  },
};

/** Instructions an op of one run: those of the program, the kernel and the host; and what of them the writer of the trace took. */
type PerOp = { readonly callers: number; readonly writer: number };

function perOp(counted: Counted, subject: Subject, measured: readonly Measured[]): readonly PerOp[] {
  const of = (workload: string) => measured.filter((one) => one.subject === subject && one.workload === workload);
  const bases = counted.base === undefined ? [] : of(counted.base);
  return of(counted.workload).map((one, round) => {
    if (one.ops === 0) throw new Error(`${counted.workload} on ${subject} made no ops`);
    const base = bases[round];
    const callers = instructions(one) - (base === undefined ? 0 : instructions(base));
    return { callers: callers / one.ops, writer: one.collectorNs / one.ops };
  });
}

function* entriesOf(counted: Counted, measured: readonly Measured[]): Iterable<Entry> {
  const { workload, words, line } = counted;
  const off = perOp(counted, 'fuse', measured);
  const figure = (name: string, what: string) => ({ name: `guest.${workload}.${name}`, what: `${words}: ${what}` });
  yield entry(
    { ...figure('fuse-off', 'through FUSE, recording off, an op'), unit: 'insn/op' },
    off.map(({ callers }) => callers),
  );
  for (const [subject, contents] of [
    ['fuse-full', 'contents included'],
    ['fuse-meta', 'without contents'],
  ] as const) {
    const on = perOp(counted, subject, measured);
    const pairs = (of: (on: PerOp, off: number) => number) =>
      on.map((one, round) => of(one, off[round]?.callers ?? Number.NaN));
    const note = `writer of the trace apart`;
    yield entry(
      { ...figure(`${subject}-cost`, `instructions, recording on, ${contents} / off`), unit: 'x', line, note },
      pairs(({ callers }, without) => callers / without),
    );
    yield entry(
      { ...figure(`${subject}-whole`, `the same with the writer, on one processor`), unit: 'x' },
      pairs(({ callers, writer }, without) => (callers + writer) / without),
    );
    yield entry(
      { ...figure(`${subject}-op`, `recorder, ${contents}, an op`), unit: 'insn/op' },
      pairs(({ callers }, without) => callers - without),
    );
    yield entry(
      { ...figure(`${subject}-writer`, `its writer, an op`), unit: 'insn/op' },
      on.map(({ writer }) => writer),
    );
  }
}
