// SPDX-License-Identifier: MIT OR Apache-2.0

import { messageOf } from '../../src/base/errors.js';
import { verdictOf } from '../../src/diff/replay.js';
import { type Host, withHost } from '../../src/host/host.js';
import { Order, type Stop, StopReason, type TraceInfo } from '../../src/proto/gen/host.js';
import type { Bench, BenchWorld } from '../bench.js';
import { type Entry, entry } from '../entry.js';
import { LINES } from '../lines.js';
import { interleave } from '../measure/interleave.js';
import { childrenCalled, peakMiB } from '../measure/process-cost.js';
import { WORKLOADS } from '../workloads/all.js';
import { storm } from '../workloads/storm.js';
import type { Workload } from '../workloads/workload.js';

type Replayed = {
  readonly name: string;
  readonly fs: string;
  readonly workload: Workload;
  /** Threads of the mount; absent: the host's own number. */
  readonly threads?: number;
};

/**
 * The storm as one thread serves it: the kernel sends FORGETs beside other ops, and ops that truly interleave have no
 * serial order. Then the same, and the real programs, as they were recorded.
 */
const REPLAYED: readonly Replayed[] = [
  { name: 'storm1-memfs', fs: 'memfs', workload: storm, threads: 1 },
  { name: 'storm1', fs: 'tiffinfs', workload: storm, threads: 1 },
  ...WORKLOADS.map((workload) => ({ name: workload.name, fs: 'tiffinfs', workload })),
];

/** Ops a second of a replay that compares every answer (A), and of one that digests the device after each op as well (B). */
export const replay: Bench = {
  name: 'replay',
  summary: 'replay rate, against the recording, and what digests cost',
  run: async function* (world) {
    const failures: string[] = [];
    for (const replayed of REPLAYED) {
      try {
        yield* await measureOne(world, replayed);
      } catch (error) {
        // The others can be measured all the same; the benchmark as a whole has failed.
        failures.push(messageOf(error));
      }
    }
    if (failures.length > 0) throw new Error(failures.join('; '));
  },
};

async function measureOne(world: BenchWorld, replayed: Replayed): Promise<readonly Entry[]> {
  const { name, fs, workload, threads } = replayed;
  const path = await world.traces.take(world, fs, workload, threads);
  const module = await world.module(fs);
  const what = `${workload.what}, ${fs}${threads === undefined ? '' : ', recorded with one thread'}`;
  world.say(`replay: ${what}`);
  return withHost(world.surroundings, async (host) => {
    const trace = await host.openTrace(path);
    return measure(world, { host, trace, module, name, what, metadata: workload.metadata });
  });
}

type Subject = {
  readonly host: Host;
  readonly trace: TraceInfo;
  readonly module: string;
  readonly name: string;
  readonly what: string;
  readonly metadata: boolean;
};

async function measure(world: BenchWorld, subject: Subject): Promise<readonly Entry[]> {
  const { trace, name, metadata } = subject;
  // Ops of several threads that truly interleaved can only be replayed by as many threads, where their order shows in an answer.
  const probe = await runOnce(subject, Order.RELAXED, false);
  const order = probe === undefined ? Order.EXACT : Order.RELAXED;
  const what = `${subject.what} (${order === Order.EXACT ? 'exact' : 'serial'})`;
  const timed = async (digests: boolean) => {
    const stop = await runOnce(subject, order, digests);
    if (stop === undefined) throw new Error(`${subject.what}: neither serial nor exact order can be followed`);
    return Number(stop.elapsedNs);
  };
  const rounds = await interleave(
    world.rounds,
    () => timed(false),
    () => timed(true),
  );
  const ops = Number(trace.ops);
  const rate = (elapsedNs: number) => (ops / elapsedNs) * 1e9;
  const memory = Math.max(...childrenCalled('bento-host').map(peakMiB));
  return [
    entry(
      {
        name: `replay.${name}.rate`,
        what: `${what}: every answer compared`,
        unit: 'ops/s',
        line: metadata ? LINES.replayRate : undefined,
        note: `${ops} ops`,
      },
      rounds.map(({ a }) => rate(a)),
    ),
    entry(
      {
        name: `replay.${name}.digestRate`,
        what: `${what}: and a digest after each op`,
        unit: 'ops/s',
        line: metadata ? LINES.replayRateWithDigests : undefined,
      },
      rounds.map(({ b }) => rate(b)),
    ),
    entry(
      {
        name: `replay.${name}.speedup`,
        what: `${what}: recorded / replayed time`,
        unit: 'x',
        line: LINES.replaySpeedup,
      },
      rounds.map(({ a }) => Number(trace.spanNs) / a),
    ),
    entry(
      { name: `replay.${name}.digestCost`, what: `${what}: digest, time an op`, unit: 'ns', line: LINES.digest },
      rounds.map(({ a, b }) => (b - a) / ops),
    ),
    entry({ name: `replay.${name}.memory`, what: `${what}: peak memory of the host`, unit: 'MiB' }, memory),
  ];
}

/** One whole replay; undefined when this order is refused. Answers that differ make the measurement void. */
async function runOnce(subject: Subject, order: number, digests: boolean): Promise<Stop | undefined> {
  const { host, trace, module, what } = subject;
  const { run } = await host.openRun({ trace: trace.trace, module, order });
  try {
    const stop = await host.runTo({ run, toEnd: true, stopAtDivergence: true, digests });
    if (stop.reason === StopReason.REFUSED) return undefined;
    const verdict = verdictOf(stop);
    if (verdict !== 'same') {
      const { divergence } = stop;
      const where =
        divergence === undefined ? stop.message : `op ${divergence.seq} ${divergence.op} ${divergence.field}`;
      throw new Error(`${what}: the replay ${verdict} at ${where}`);
    }
    return stop;
  } finally {
    await host.closeRun(run);
  }
}
