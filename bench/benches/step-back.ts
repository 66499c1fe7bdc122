// SPDX-License-Identifier: MIT OR Apache-2.0

import { verdictOf } from '../../src/diff/replay.js';
import { type Host, withHost } from '../../src/host/host.js';
import { Order } from '../../src/proto/gen/host.js';
import type { Bench } from '../bench.js';
import { entry } from '../entry.js';
import { LINES } from '../lines.js';
import { childrenCalled, peakMiB } from '../measure/process-cost.js';
import { Random } from '../measure/random.js';
import { percentile } from '../measure/sample.js';
import { storm } from '../workloads/storm.js';

const FS = 'tiffinfs';
/** Ops replayed before going back. */
const DEPTH = 200_000n;
const STEPS = { quick: 5, full: 50 };

/** Going back in a replay: to the op before, and to any op, by the checkpoints that were kept on the way. */
export const stepBack: Bench = {
  name: 'step-back',
  summary: 'going back in a replay, by checkpoints',
  run: async function* (world) {
    const path = await world.traces.take(world, FS, storm, 1);
    const module = await world.module(FS);
    world.say('step-back: going back in the replay of a metadata storm');
    const steps = world.quick ? STEPS.quick : STEPS.full;
    const found = await withHost(world.surroundings, async (host) => {
      const trace = await host.openTrace(path);
      const { run } = await host.openRun({ trace: trace.trace, module, order: Order.RELAXED, checkpoints: true });
      const depth = trace.ops < DEPTH ? trace.ops : DEPTH;
      await goTo(host, run, depth);
      const back: number[] = [];
      for (let step = 1n; step <= BigInt(steps) && step < depth; step++) back.push(await goTo(host, run, depth - step));
      const random = new Random(7);
      const anywhere: number[] = [];
      for (let jump = 0; jump < steps; jump++)
        anywhere.push(await goTo(host, run, BigInt(1 + random.below(Number(depth)))));
      const { bytes } = await host.checkpoints(run);
      return {
        depth,
        back,
        anywhere,
        checkpoints: Number(bytes) / 2 ** 20,
        peak: Math.max(...childrenCalled('bento-host').map(peakMiB)),
      };
    });
    const from = `from op ${found.depth} of a storm`;
    yield entry(
      { name: 'back.step.p50', what: `one op back, ${from}, median`, unit: 'ms', line: LINES.stepBack },
      percentile(found.back, 0.5),
    );
    yield entry(
      { name: 'back.step.p95', what: `one op back, ${from}, 95th percentile`, unit: 'ms', line: LINES.stepBack },
      percentile(found.back, 0.95),
    );
    yield entry(
      { name: 'back.any.p50', what: 'to any op of them, median', unit: 'ms' },
      percentile(found.anywhere, 0.5),
    );
    yield entry(
      { name: 'back.any.p95', what: 'to any op of them, 95th percentile', unit: 'ms' },
      percentile(found.anywhere, 0.95),
    );
    yield entry({ name: 'back.checkpoints', what: 'memory of the checkpoints', unit: 'MiB' }, found.checkpoints);
    yield entry({ name: 'back.memory', what: 'peak memory of the host', unit: 'MiB' }, found.peak);
  },
};

/** Milliseconds from the question to the answer. */
async function goTo(host: Host, run: number, seq: bigint): Promise<number> {
  const begin = process.hrtime.bigint();
  const stop = await host.runTo({ run, seq, stopAtDivergence: true });
  const took = Number(process.hrtime.bigint() - begin) / 1e6;
  const verdict = verdictOf(stop);
  if (verdict !== 'same' || stop.seq !== seq) throw new Error(`going to op ${seq} ended at op ${stop.seq}: ${verdict}`);
  return took;
}
