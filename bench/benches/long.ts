// SPDX-License-Identifier: MIT OR Apache-2.0

import { statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bench, BenchWorld } from '../bench.js';
import { entry } from '../entry.js';
import { timeToFirstFrame } from '../first-frame.js';
import { LINES } from '../lines.js';
import { writeLongTrace } from '../long-trace.js';
import { runTimed } from '../measure/command.js';
import { percentile } from '../measure/sample.js';
import type { OpenProbe } from '../probe/open.js';
import type { SeekProbe } from '../probe/seek.js';
import { storm } from '../workloads/storm.js';

const OPS = { quick: 50_000n, full: 10_000_000n };
const SEEKS = { quick: 10, full: 100 };

/** A trace of ten million ops: how long until something is seen of it, and how long to anywhere in it. */
export const long: Bench = {
  name: 'long',
  summary: 'open and seek in a trace of 10 M ops',
  run: async function* (world) {
    const recorded = await world.traces.take(world, 'tiffinfs', storm);
    const path = join(world.scratch, 'long.btr');
    world.say('long: writing the trace');
    const begin = process.hrtime.bigint();
    const ops = writeLongTrace(recorded, path, world.quick ? OPS.quick : OPS.full);
    const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
    try {
      const size = statSync(path).size / 2 ** 20;
      yield entry(
        { name: 'long.write', what: `writing a trace of ${ops} ops out of recorded chunks`, unit: 's' },
        seconds,
      );
      yield entry({ name: 'long.size', what: 'its size', unit: 'MiB' }, size);
      yield* open(world, path);
      yield* seek(world, path);
    } finally {
      await rm(path, { force: true });
    }
  },
};

async function* open(world: BenchWorld, path: string): ReturnType<Bench['run']> {
  world.say('long: opening it');
  const rounds = world.quick ? 1 : 5;
  const frames: number[] = [];
  const bare: number[] = [];
  const opened: OpenProbe[] = [];
  for (let round = 0; round < rounds; round++) {
    bare.push((await runTimed([process.execPath, '-e', '0'])).elapsedNs / 1e6);
    frames.push(await timeToFirstFrame(world.root, path));
    opened.push(await ask<OpenProbe>(world, 'open', path));
  }
  yield entry({ name: 'long.node', what: 'node alone, doing nothing', unit: 'ms' }, bare);
  yield entry(
    {
      name: 'long.frame',
      what: 'bento-rr tui: from start to the first ops on the screen',
      unit: 'ms',
      line: LINES.firstFrame,
    },
    frames,
  );
  yield entry(
    { name: 'long.open', what: 'of that: open the trace and read the first window', unit: 'ms' },
    opened.map(({ milliseconds }) => milliseconds),
  );
  yield entry(
    { name: 'long.open.memory', what: 'peak memory of a process that does only that', unit: 'MiB' },
    opened.map(({ peak }) => peak),
  );
}

async function* seek(world: BenchWorld, path: string): ReturnType<Bench['run']> {
  world.say('long: seeking in it');
  const found = await ask<SeekProbe>(world, 'seek', path, String(world.quick ? SEEKS.quick : SEEKS.full));
  const what = `a window of 40 ops anywhere, ${found.milliseconds.length} places`;
  yield entry(
    { name: 'long.seek.p50', what: `${what}, median`, unit: 'ms', line: LINES.seek },
    percentile(found.milliseconds, 0.5),
  );
  yield entry(
    { name: 'long.seek.p95', what: `${what}, 95th percentile`, unit: 'ms', line: LINES.seek },
    percentile(found.milliseconds, 0.95),
  );
  yield entry({ name: 'long.seek.memory', what: 'peak memory of a process that seeks', unit: 'MiB' }, found.peak);
}

async function ask<T>(world: BenchWorld, ...words: readonly string[]): Promise<T> {
  const { stdout } = await runTimed([process.execPath, world.probe, ...words]);
  return JSON.parse(stdout) as T;
}
