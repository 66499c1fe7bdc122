// SPDX-License-Identifier: MIT OR Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench, BenchWorld } from '../bench.js';
import { type Entry, entry } from '../entry.js';
import { LINES } from '../lines.js';
import { makeInput } from './input.js';
import { instructions, type Measured, MeasuredTable } from './measured.js';
import { runGuest, type Subject } from './run-guest.js';

const WORKLOADS: readonly (readonly [string, string])[] = [
  ['git-clone', 'git clone of a local repository'],
  ['untar', 'untar'],
  ['grep-cold', 'grep -r over the tree, nothing cached'],
  ['grep-warm', 'grep -r over the tree, all cached'],
  ['seq-write-1m', 'fio sequential writes of 1 MiB, fsync at the end'],
  ['seq-write-4k', 'fio sequential writes of 4 KiB, fsync at the end'],
  ['rand-write-4k', 'fio random writes of 4 KiB, fsync at the end'],
  ['seq-read-1m', 'fio sequential reads of 1 MiB'],
  ['seq-read-4k', 'fio sequential reads of 4 KiB'],
  ['rand-read-4k', 'fio random reads of 4 KiB'],
  ['rand-read-4k-direct', 'fio random reads of 4 KiB, direct'],
  ['storm', 'fs_mark: create and unlink empty files in ten folders'],
  ['fsync', 'fs_mark: 16 KiB files, fsync before each close (as a mail server)'],
  ['fileserver', 'fio as a file server: small files, reads and writes mixed, a fixed amount'],
];

/** The file system in a guest's kernel, against ext4 there and against itself through FUSE there. */
export const guest: Bench = {
  name: 'guest',
  summary: "in a guest's kernel: tiffinfs against ext4 and FUSE, and what recording costs (only when named)",
  asked: true,
  async *run(world) {
    // Not in memory: the guest has the host's root, but a /dev/shm of its own.
    const input = mkdtempSync(join(tmpdir(), 'bento-rr-bench-input-'));
    try {
      makeInput(world.root, input);
      const counted = new MeasuredTable(await runGuest(world, input, true));
      yield* instructionEntries(counted);
      const timed: MeasuredTable[] = [];
      for (let round = 0; round < rounds(world); round++)
        timed.push(new MeasuredTable(await runGuest(world, input, false)));
      yield* timeEntries(timed);
    } finally {
      rmSync(input, { recursive: true, force: true });
    }
  },
};

/** A boot takes minutes, and the instructions of one do for all. */
function rounds(world: BenchWorld): number {
  return world.quick ? 1 : Math.min(world.rounds, 3);
}

function* instructionEntries(table: MeasuredTable): Iterable<Entry> {
  for (const [workload, words] of WORKLOADS) {
    const of = (subject: Subject) =>
      instructions(table.at(subject, workload)) - instructions(table.at(subject, baseOf(workload)));
    const figure = (name: string, what: string) => ({ name: `guest.${workload}.${name}`, what: `${words}: ${what}` });
    yield entry({ ...figure('count', 'millions of instructions, tiffinfs'), unit: 'M' }, of('kernel') / 1e6);
    yield entry(
      { ...figure('ext4', 'instructions, tiffinfs / ext4 (ordered)'), unit: 'x', line: LINES.againstExt4 },
      of('kernel') / of('ext4'),
    );
    yield entry(
      { ...figure('journal', 'instructions, tiffinfs / ext4 (data=journal)'), unit: 'x' },
      of('kernel') / of('journal'),
    );
    const line = workload === 'git-clone' ? LINES.againstFuse : undefined;
    yield entry(
      { ...figure('fuse', 'instructions, through FUSE / in the kernel'), unit: 'x', line },
      of('fuse') / of('kernel'),
    );
    if (!workload.endsWith('-direct')) {
      yield entry(
        { ...figure('fuse-above', 'the same of the instructions above those on tmpfs'), unit: 'x' },
        (of('fuse') - of('tmpfs')) / (of('kernel') - of('tmpfs')),
      );
    }
    yield* captureEntries(table, workload, figure, of);
  }
}

/** What recording adds for each op, without the reader, and with it. */
function* captureEntries(
  table: MeasuredTable,
  workload: string,
  figure: (name: string, what: string) => { readonly name: string; readonly what: string },
  of: (subject: Subject) => number,
): Iterable<Entry> {
  for (const [subject, words] of [
    ['meta', 'on, without contents'],
    ['full', 'on, with contents'],
  ] as const) {
    const { ops, collectorNs } = table.at(subject, workload);
    if (ops < MIN_OPS) continue;
    const line = subject === 'meta' && METADATA.includes(workload) ? LINES.captureInstructions : undefined;
    yield entry(
      { ...figure(`capture-${subject}`, `recorder ${words}, an op (${ops} ops)`), unit: 'insn/op', line },
      (of(subject) - of('kernel')) / ops,
    );
    yield entry({ ...figure(`reader-${subject}`, `its reader, an op`), unit: 'insn/op' }, collectorNs / ops);
  }
}

/** What the program takes that does nothing: fio looks at its machine for longer than it works here. */
function baseOf(workload: string): string {
  return /write|read|fileserver/.test(workload) ? 'fio-nothing' : 'empty';
}

/** Below, the difference of two runs says nothing about an op. */
const MIN_OPS = 200;
const METADATA: readonly string[] = ['storm'];

function* timeEntries(tables: readonly MeasuredTable[]): Iterable<Entry> {
  const ratio = (workload: string, above: Subject, below: Subject) =>
    tables.map((table) => elapsed(table.at(above, workload)) / elapsed(table.at(below, workload)));
  for (const [workload, words] of WORKLOADS) {
    const figure = (name: string, what: string) => ({
      name: `guest-time.${workload}.${name}`,
      what: `${words}: ${what}`,
      unit: 'x' as const,
    });
    yield entry(
      { ...figure('time', 'time, tiffinfs'), unit: 'ms' },
      tables.map((table) => elapsed(table.at('kernel', workload)) / 1e6),
    );
    yield entry(figure('ext4', 'time, tiffinfs / ext4 (ordered)'), ratio(workload, 'kernel', 'ext4'));
    yield entry(figure('journal', 'time, tiffinfs / ext4 (data=journal)'), ratio(workload, 'kernel', 'journal'));
    yield entry(figure('fuse', 'time, through FUSE / in the kernel'), ratio(workload, 'fuse', 'kernel'));
    yield entry(figure('meta', 'time, recorder on without contents / off'), ratio(workload, 'meta', 'kernel'));
    yield entry(figure('full', 'time, recorder on with contents / off'), ratio(workload, 'full', 'kernel'));
  }
}

function elapsed({ elapsedNs }: Measured): number {
  return elapsedNs;
}
