// SPDX-License-Identifier: MIT OR Apache-2.0

/** What bentofs.ko tells of itself in /sys/fs/bentofs; docs/kernel-interface.md describes the files. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../../base/errors.js';

export const SYSFS = '/sys/fs/bentofs';

/** How the last live upgrade of a mount went, nanoseconds. */
export type KernelUpgrade = {
  /** Positive; 0: done. */
  readonly errno: number;
  /** Why it was refused; empty when it was done. */
  readonly why: string;
  /** Why nothing of the state could go over before ops had to wait; empty otherwise. */
  readonly whole: string;
  readonly quiesceNs: bigint;
  readonly exportNs: bigint;
  readonly importNs: bigint;
  readonly swapNs: bigint;
  /** All that ops waited. */
  readonly pauseNs: bigint;
  readonly stateBytes: bigint;
  /** Wall clock, nanoseconds since 1970. */
  readonly atNs: bigint;
};

/** One mount of the kernel's. */
export type KernelMount = {
  readonly kind: 'kernel';
  /** Its folder in sysfs, and its number in traces. */
  readonly id: string;
  /** Absent for one that is mounted in no place that this process sees. */
  readonly mountpoint: string | null;
  readonly fs: string;
  /** Name of the kernel module that serves it. */
  readonly module: string;
  readonly buildId: string;
  readonly revision: string;
  readonly stateSchema: bigint;
  readonly device: string | null;
  readonly ops: bigint;
  readonly opCounts: ReadonlyMap<string, bigint>;
  readonly inFlight: bigint;
  readonly crashed: boolean;
  /** Memory that instances which crashed have left behind. */
  readonly leftBytes: bigint;
  readonly recording: boolean;
  readonly lastUpgrade: KernelUpgrade | null;
};

/** A version that is loaded. */
export type KernelVersion = {
  readonly fs: string;
  readonly module: string;
  readonly buildId: string;
  readonly revision: string;
  readonly stateSchema: bigint;
  readonly mounts: number;
  /** What new mounts get. */
  readonly current: boolean;
};

/** Every mount; none when bentofs.ko is not loaded. */
export async function kernelMounts(root = SYSFS): Promise<readonly KernelMount[]> {
  const ids = await folders(join(root, 'mounts'));
  const places = ids.length === 0 ? new Map<string, string>() : await placesByDevice();
  const found = await Promise.all(ids.map((id) => mountOf(root, id, places).catch(ifGone)));
  return found.filter((mount) => mount !== undefined).sort((one, two) => Number(one.id) - Number(two.id));
}

/** Every version that is loaded, oldest first within its file system. */
export async function kernelVersions(root = SYSFS): Promise<readonly KernelVersion[]> {
  const names = await folders(join(root, 'fs'));
  const found = await Promise.all(
    names.map(async (fs) => {
      const lines = (await readValue(join(root, 'fs', fs), 'versions').catch(ifGone)) ?? '';
      // The first line names the columns.
      return lines
        .split('\n')
        .slice(1)
        .map((line) => versionIn(fs, line));
    }),
  );
  return found.flat();
}

function versionIn(fs: string, line: string): KernelVersion {
  const [module = '', buildId = '', revision = '', schema = '0', , , mounts = '0', current = '0'] = line.split(' ');
  return {
    fs,
    module,
    buildId,
    revision: dashed(revision) ?? '',
    stateSchema: BigInt(schema),
    mounts: Number(mounts),
    current: current === '1',
  };
}

async function mountOf(root: string, id: string, places: ReadonlyMap<string, string>): Promise<KernelMount> {
  const folder = join(root, 'mounts', id);
  const value = (name: string): Promise<string> => readValue(folder, name);
  const opCounts = pairs(await value('ops'), (count) => BigInt(count));
  return {
    kind: 'kernel',
    id,
    mountpoint: places.get(await value('dev')) ?? null,
    fs: await value('fs'),
    module: await value('version'),
    buildId: await value('build_id'),
    revision: dashed(await value('source_revision')) ?? '',
    stateSchema: BigInt((await value('state_schema')) || '0'),
    device: dashed(await value('device')),
    ops: [...opCounts.values()].reduce((sum, count) => sum + count, 0n),
    opCounts,
    inFlight: BigInt(await value('in_flight')),
    crashed: (await value('crashed')) !== '0',
    leftBytes: BigInt(await value('left_bytes')),
    recording: (await value('recording')) !== '0',
    lastUpgrade: upgradeIn(await value('last_upgrade')),
  };
}

function upgradeIn(text: string): KernelUpgrade | null {
  if (text === '') return null;
  const told = pairs(text, (value) => value);
  const number = (key: string): bigint => BigInt(told.get(key) ?? '0');
  return {
    errno: Number(told.get('error') ?? '0'),
    why: told.get('why') ?? '',
    whole: told.get('whole') ?? '',
    quiesceNs: number('quiesce_ns'),
    exportNs: number('export_ns'),
    importNs: number('import_ns'),
    swapNs: number('swap_ns'),
    pauseNs: number('pause_ns'),
    stateBytes: number('state_bytes'),
    atNs: number('at_ns'),
  };
}

/** Lines of a word and a value. */
function pairs<T>(text: string, read: (value: string) => T): Map<string, T> {
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(
    lines.map((line) => {
      const gap = line.indexOf(' ');
      return gap === -1 ? [line, read('')] : [line.slice(0, gap), read(line.slice(gap + 1))];
    }),
  );
}

function dashed(value: string): string | null {
  return value === '-' || value === '' ? null : value;
}

async function readValue(folder: string, name: string): Promise<string> {
  return (await readFile(join(folder, name), 'utf8')).replace(/\n$/, '');
}

async function folders(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** A mount or a file system may go while it is read. */
function ifGone(error: unknown): undefined {
  if (systemCodeOf(error) !== 'ENOENT' && systemCodeOf(error) !== 'ENODEV') throw error;
  return undefined;
}

/** Where each device is mounted, by `major:minor`; of several places the first. */
async function placesByDevice(): Promise<Map<string, string>> {
  const places = new Map<string, string>();
  for (const line of (await readFile('/proc/self/mountinfo', 'utf8')).split('\n')) {
    const [, , device, , place] = line.split(' ');
    if (device === undefined || place === undefined || places.has(device)) continue;
    const plain = place.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 8)),
    );
    places.set(device, plain);
  }
  return places;
}
