// SPDX-License-Identifier: MIT OR Apache-2.0

import { gateChecks } from '../../src/gate/gate.js';
import type { Bench } from '../bench.js';
import { entry } from '../entry.js';
import { LINES } from '../lines.js';
import { stormOfMillion } from '../workloads/storm.js';

const FS = 'tiffinfs';
/** As the command line has it. */
const POINTS = 4;

/** What an upgrade of a production mount waits for: every check on a trace of a million ops. */
export const gate: Bench = {
  name: 'gate',
  summary: 'the gate on a trace of 1 M ops',
  run: async function* (world) {
    const path = await world.traces.take(world, FS, stormOfMillion, 1);
    const module = await world.module(FS);
    world.say('gate: checking a version against itself');
    const begin = process.hrtime.bigint();
    const checks = await gateChecks(world.surroundings, {
      traces: [path],
      from: module,
      to: module,
      points: POINTS,
      expected: { fsOptions: undefined, blockSize: undefined },
      monotonic: () => process.hrtime.bigint(),
    });
    const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
    const wrong = checks.find(({ verdict }) => verdict !== 'pass');
    if (wrong !== undefined) throw new Error(`the gate says ${wrong.verdict}: ${wrong.name}: ${wrong.detail}`);
    yield entry(
      {
        name: 'gate.million',
        what: `every check, ${POINTS} hand-overs among them: ${stormOfMillion.what}, recorded with one thread`,
        unit: 's',
        line: LINES.gate,
        note: `${checks.length} checks`,
      },
      seconds,
    );
  },
};
