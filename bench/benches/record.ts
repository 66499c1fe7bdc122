// SPDX-License-Identifier: MIT OR Apache-2.0

import type { Bench, BenchWorld } from '../bench.js';
import { type Entry, entry } from '../entry.js';
import { LINES, type Line } from '../lines.js';
import { interleave } from '../measure/interleave.js';
import { type MountedRun, runMounted } from '../mounted.js';
import { WORKLOADS } from '../workloads/all.js';
import { perUnit, type Workload } from '../workloads/workload.js';

const FS = 'tiffinfs';

/** The lines on the cost of recording name these. */
const COST_LINES: Readonly<Record<string, Line>> = {
  randread: LINES.recordingCost,
  dbench: LINES.recordingCost,
};

type Round = { readonly a: MountedRun; readonly b: MountedRun };

/** What recording costs: the same work on the same mount with it off (A) and on (B). */
export const record: Bench = {
  name: 'record',
  summary: 'recording on against off',
  run: async function* (world) {
    const peaks: { on: number[]; off: number[] } = { on: [], off: [] };
    for (const workload of WORKLOADS) {
      world.say(`record: ${workload.what}`);
      const rounds = await runRounds(world, workload);
      yield* entriesOf(workload, rounds);
      peaks.off.push(Math.max(...rounds.map(({ a }) => a.peakMiB)));
      peaks.on.push(Math.max(...rounds.map(({ b }) => b.peakMiB)));
    }
    const of = 'peak memory of the mounting host, largest of all workloads';
    yield entry({ name: 'record.memory.off', what: `${of}, recording off`, unit: 'MiB' }, Math.max(...peaks.off));
    yield entry({ name: 'record.memory.on', what: `${of}, recording on`, unit: 'MiB' }, Math.max(...peaks.on));
  },
};

async function runRounds(world: BenchWorld, workload: Workload): Promise<readonly Round[]> {
  const trace = world.traces.path(FS, workload);
  const off = () => runMounted(world, { fs: FS, workload });
  const on = async () => {
    const run = await runMounted(world, { fs: FS, workload, trace, policy: 'drop' });
    world.traces.offer(FS, workload, run.dropped);
    return run;
  };
  // The first mount of all pays for cold caches, and would pay for one side only.
  if (!world.quick) await off();
  return interleave(world.rounds, off, on);
}

function* entriesOf(workload: Workload, rounds: readonly Round[]): Generator<Entry> {
  const { name, what, fixed, metadata } = workload;
  yield entry(
    { name: `record.${name}.cost`, what: `${what}: time on / off`, unit: 'x', line: COST_LINES[name] },
    rounds.map(({ a, b }) => perUnit(b.work) / perUnit(a.work)),
  );
  if (fixed) {
    yield entry(
      {
        name: `record.${name}.perOp`,
        what: `${what}: recorder, time an op`,
        unit: 'ns',
        line: metadata ? LINES.recorderPerOp : undefined,
      },
      rounds.map(({ a, b }) => b.work.elapsedNs / b.ops - a.work.elapsedNs / a.ops),
    );
  }
  yield entry(
    { name: `record.${name}.cpuPerOp`, what: `${what}: recorder, processor time an op, writer included`, unit: 'ns' },
    rounds.map(({ a, b }) => b.cpuNs / b.ops - a.cpuNs / a.ops),
  );
  yield entry(
    { name: `record.${name}.lost`, what: `${what}: ops lost of ${rounds[0]?.b.ops} (policy drop)`, unit: 'ops' },
    rounds.map(({ b }) => b.dropped),
  );
}
