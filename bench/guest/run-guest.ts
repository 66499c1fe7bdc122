// SPDX-License-Identifier: MIT OR Apache-2.0

import { closeSync, ftruncateSync, mkdtempSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { loadModules } from '../../src/capture/vm/bento-guest.js';
import { Guest } from '../../src/capture/vm/guest.js';
import { findVmTools } from '../../src/capture/vm/tools.js';
import { findHost } from '../../src/host/locate.js';
import { buildKernel } from '../../src/host/modules/build-kernel.js';
import type { BenchWorld } from '../bench.js';
import { type Measured, measuredOf } from './measured.js';

const DISK_BYTES = 1 << 30;
const MINUTES = 40;

/** What a file system is measured as; measure.sh knows each. */
export const SUBJECTS = ['tmpfs', 'ext4', 'journal', 'kernel', 'meta', 'full', 'fuse'] as const;
export type Subject = (typeof SUBJECTS)[number] | 'fuse-meta' | 'fuse-full';

/** What is measured on what; the usual subjects and measure.sh's own workloads, where nothing is said. */
export type GuestPlan = {
  /** In the order in which they are measured; one may come again. */
  readonly subjects?: readonly Subject[];
  readonly workloads?: readonly string[];
};

/**
 * Boots a guest and measures every workload on every subject in it. With `icount` the guest has one processor and its clock
 * counts instructions; without, it has two and the times are of this machine's clock.
 */
export async function runGuest(
  world: BenchWorld,
  input: string,
  icount: boolean,
  { subjects = SUBJECTS, workloads = [] }: GuestPlan = {},
): Promise<readonly Measured[]> {
  const { env } = world.surroundings;
  const tools = await findVmTools(env);
  const build = await buildKernel({ home: world.root, env, fs: ['tiffinfs'], kernelDir: tools.kernel.headers });
  const module = await world.module('tiffinfs');
  const host = await findHost(world.surroundings);
  const folder = mkdtempSync(join(world.scratch, 'guest-'));
  const disk = join(folder, 'disk');
  const file = openSync(disk, 'wx');
  ftruncateSync(file, DISK_BYTES);
  closeSync(file);
  const guest = await Guest.start({
    ...{ tools, acceleration: 'tcg', home: world.root, env, icount },
    ...{ cpus: icount ? 1 : 2, disks: [{ path: disk }], folder: join(folder, 'share') },
  });
  try {
    await loadModules(guest, build);
    const script = join(world.root, 'bench/guest/measure.sh');
    const scale = world.quick ? '1' : '4';
    let text = '';
    const done = await guest.run({
      words: ['bash', script, subjects.join(' '), '/dev/vda', host, module, input, scale, workloads.join(' ')],
      timeoutMs: MINUTES * 60_000,
      onStdout: (bytes) => {
        text += Buffer.from(bytes).toString();
        world.say(`${icount ? 'icount' : 'time'}: ${Buffer.from(bytes).toString().trimEnd()}`);
      },
    });
    if (done.status !== 0 || !text.trimEnd().endsWith('complete')) {
      throw new Error(`measuring in the guest ended with ${done.status}: ${done.stderr.slice(-800)}`);
    }
    await guest.shutDown();
    return measuredOf(text);
  } finally {
    await guest[Symbol.asyncDispose]();
  }
}
