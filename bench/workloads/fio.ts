// SPDX-License-Identifier: MIT OR Apache-2.0

import { join } from 'node:path';
import { runTimed } from '../measure/command.js';
import type { Place, Workload } from './workload.js';

const FILE_MIB = { quick: 4, full: 32 };
/** Bytes moved in the timed part, MiB. */
const IO_MIB = { quick: 4, full: 128 };

/**
 * 4 KiB at random places, past the page cache: each read or write is one op, so nothing hides what the recorder
 * costs. The file is laid out before the time runs; the seed is fixed, so every round touches the same places.
 */
function random(direction: 'randread' | 'randwrite'): Workload {
  const kind = direction === 'randread' ? 'reads' : 'writes';
  return {
    name: direction,
    what: `fio 4k random ${kind}, direct, one job`,
    metadata: false,
    fixed: true,
    prepare: async (on) => {
      await runTimed([...words(on, 'write', sizes(on).file), '--bs=128k']);
    },
    run: async (on) => {
      const { stdout } = await runTimed([...words(on, direction, sizes(on).io), '--bs=4k', '--direct=1']);
      return { elapsedNs: runtimeMs(stdout) * 1e6, amount: 1 };
    },
  };
}

export const fioRandomRead = random('randread');
export const fioRandomWrite = random('randwrite');

function sizes({ quick }: Place): { readonly file: number; readonly io: number } {
  return quick ? { file: FILE_MIB.quick, io: IO_MIB.quick } : { file: FILE_MIB.full, io: IO_MIB.full };
}

function words(on: Place, direction: string, ioMib: number): readonly [string, ...string[]] {
  return [
    'fio',
    '--name=bench',
    `--filename=${join(on.folder, 'data')}`,
    `--rw=${direction}`,
    `--size=${sizes(on).file}M`,
    `--io_size=${ioMib}M`,
    '--ioengine=psync',
    '--randseed=42',
    '--allrandrepeat=1',
    '--norandommap',
    '--output-format=json',
  ];
}

/** How long the job itself ran, without fio's own start and end. */
function runtimeMs(output: string): number {
  const text = output.slice(output.indexOf('{'));
  const said: { readonly jobs: readonly { readonly job_runtime: number }[] } = JSON.parse(text);
  const runtime = said.jobs[0]?.job_runtime;
  if (runtime === undefined || runtime <= 0) throw new Error(`fio told no run time: ${text.slice(0, 400)}`);
  return runtime;
}
