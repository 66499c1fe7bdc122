// SPDX-License-Identifier: MIT OR Apache-2.0

/** One workload on one fresh mount, with or without recording. */

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { askMount } from '../src/capture/control.js';
import { describeModule } from '../src/capture/describe-module.js';
import { type DropPolicy, HostMount } from '../src/capture/host-mount.js';
import { startWatchdog } from '../src/capture/watchdog.js';
import type { BenchWorld } from './bench.js';
import { cpuNs, peakMiB } from './measure/process-cost.js';
import type { Work, Workload } from './workloads/workload.js';

export type MountedRun = {
  readonly work: Work;
  /** Ops that the timed part made. */
  readonly ops: number;
  /** Processor time of the host in the timed part, the recorder's writer included. */
  readonly cpuNs: number;
  /** The most memory that the host held. */
  readonly peakMiB: number;
  /** Ops that the recorder lost. */
  readonly dropped: number;
};

export type MountedRequest = {
  readonly fs: string;
  readonly workload: Workload;
  /** The trace to record into; absent: recording is off. */
  readonly trace?: string;
  readonly policy?: DropPolicy;
  /** Threads that serve ops; absent: the host's own number. */
  readonly threads?: number | undefined;
};

const IMAGE_BYTES = 2n << 30n;

/** Mounts a fresh image, runs the workload in it, unmounts. Nothing stays but the trace. */
export async function runMounted(world: BenchWorld, request: MountedRequest): Promise<MountedRun> {
  const { surroundings } = world;
  const module = await world.module(request.fs);
  const { needsDevice } = await describeModule(module, surroundings);
  const folder = await mkdtemp(join(world.scratch, 'mount-'));
  try {
    const mountpoint = join(folder, 'mnt');
    const control = join(folder, 'control');
    await mkdir(mountpoint);
    const mount = await HostMount.start(
      {
        module,
        mountpoint,
        image: needsDevice ? join(folder, 'image') : undefined,
        size: IMAGE_BYTES,
        fresh: needsDevice,
        trace: request.trace,
        policy: request.policy,
        threads: request.threads,
        command: ['bench', request.workload.name],
        control,
      },
      surroundings,
    );
    // Should this process be killed, the mount must not stay.
    const watchdog = startWatchdog(mount.pid, folder);
    try {
      const run = await work(world, request.workload, mount, mountpoint, control).catch(async (error: unknown) => {
        // The workload's own error is the one to tell.
        await mount.end().catch(() => {});
        throw error;
      });
      const { dropped } = await mount.end();
      return { ...run, dropped: Number(dropped) };
    } finally {
      watchdog.dismiss();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function work(
  world: BenchWorld,
  workload: Workload,
  mount: HostMount,
  mountpoint: string,
  control: string,
): Promise<Omit<MountedRun, 'dropped'>> {
  const folder = join(mountpoint, 'work');
  await mkdir(folder);
  const { quick, root, probe, scratch } = world;
  const on = { folder, shelf: scratch, quick, root, probe };
  await workload.prepare?.(on);
  const opsBefore = await opsSoFar(control);
  const cpuBefore = cpuNs(mount.pid);
  const done = await workload.run(on);
  const cpuAfter = cpuNs(mount.pid);
  const opsAfter = await opsSoFar(control);
  return { work: done, ops: opsAfter - opsBefore, cpuNs: cpuAfter - cpuBefore, peakMiB: peakMiB(mount.pid) };
}

async function opsSoFar(control: string): Promise<number> {
  const ops: unknown = Reflect.get(await askMount(control, { command: 'status' }), 'ops');
  if (typeof ops !== 'number') throw new Error(`the mount told no count of ops: ${ops}`);
  return ops;
}
