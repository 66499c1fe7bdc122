// SPDX-License-Identifier: MIT OR Apache-2.0

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError, EnvironmentError, UsageError } from '../../base/errors.js';
import { EXIT } from '../../base/exit-codes.js';
import type { Env } from '../../host/locate.js';
import { runProgram } from '../../host/modules/run-program.js';
import { freshName, moduleNameIn, renamedModule } from './fresh-name.js';
import { type KernelMount, type KernelVersion, kernelMounts, kernelVersions } from './sysfs.js';

export type KernelUpgradeRequest = {
  /** Path of the .ko of the new version. */
  readonly object: string;
  /** The file system that is mounted. */
  readonly fs: string;
  /** Leave the old version's module loaded. */
  readonly keepOld: boolean;
  readonly env: Env;
  readonly signal?: AbortSignal | undefined;
};

export type KernelUpgradeReport = {
  /** Name under which the new version is loaded. */
  readonly module: string;
  readonly fs: string;
  /** Every mount of the file system, after the upgrade. */
  readonly mounts: readonly KernelMount[];
  /** Modules of older versions that were taken out. */
  readonly removed: readonly string[];
};

/**
 * Loads a version, which makes bentofs.ko move every mount of its file system to it: all or none. A refusal is thrown with the
 * kernel's reason, and the old version goes on.
 */
export async function upgradeKernel(request: KernelUpgradeRequest): Promise<KernelUpgradeReport> {
  const { object, env, signal } = request;
  const image = await readFile(object);
  const name = freshName(moduleNameIn(image, object).name, new Set(await readdir('/sys/module')));
  const before = await kernelMounts();
  const folder = await mkdtemp(join(tmpdir(), 'bento-rr-upgrade-'));
  try {
    const path = join(folder, `${name}.ko`);
    await writeFile(path, renamedModule(image, object, name));
    const loaded = await runProgram('insmod', [path], { cwd: folder, env: withSbin(env), signal });
    if (!loaded.ok) throw await refusal(object, loaded.stderr, before);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const made = (await kernelVersions()).find((version) => version.module === name);
  if (made === undefined) {
    throw new EnvironmentError('E_ENV_KERNEL', `${object} was loaded, yet registered no file system`, {
      hint: `rmmod ${name}; is it a Bento file system?`,
    });
  }
  if (made.fs !== request.fs) {
    await runProgram('rmmod', [name], { cwd: tmpdir(), env: withSbin(env), signal });
    throw new UsageError(`${object} is no version of ${request.fs}`, {
      why: `it is the file system ${made.fs}`,
      hint: `mount -t bento or -t bentoblk with it; an upgrade needs another version of ${request.fs}`,
    });
  }
  const mounts = (await kernelMounts()).filter((mount) => mount.fs === made.fs);
  const removed = request.keepOld ? [] : await removeIdle(made, { env, signal, folder: tmpdir() });
  return { module: name, fs: made.fs, mounts, removed };
}

/** Takes out the other versions of the file system that nothing uses. One that cannot go stays: no harm is in it. */
async function removeIdle(
  made: KernelVersion,
  run: { readonly env: Env; readonly signal: AbortSignal | undefined; readonly folder: string },
): Promise<readonly string[]> {
  const idle = (await kernelVersions()).filter(
    ({ fs, module, mounts, current }) => fs === made.fs && module !== made.module && mounts === 0 && !current,
  );
  const removed: string[] = [];
  for (const { module } of idle) {
    const done = await runProgram('rmmod', [module], { cwd: run.folder, env: withSbin(run.env), signal: run.signal });
    if (done.ok) removed.push(module);
  }
  return removed;
}

/** Why the kernel did not take it: its own words, where a mount has them. */
async function refusal(object: string, stderr: string, before: readonly KernelMount[]): Promise<AppError> {
  const told = new Map(before.map((mount) => [mount.id, mount.lastUpgrade?.atNs]));
  const refused = (await kernelMounts()).find(
    ({ id, lastUpgrade }) => lastUpgrade !== null && lastUpgrade.errno !== 0 && lastUpgrade.atNs !== told.get(id),
  );
  if (refused?.lastUpgrade != null) {
    return new AppError('E_UPGRADE_REFUSED', EXIT.environment, `the kernel refused ${object}`, {
      why: refused.lastUpgrade.why,
      hint: 'every mount goes on with the version it had; bento-rr gate says beforehand what would happen',
    });
  }
  const why = stderr.trim().split('\n').at(-1) ?? '';
  if (/permitted|permission/i.test(why)) {
    return new EnvironmentError('E_ENV_PERMISSION', 'loading a kernel module needs root', {
      why,
      hint: 'sudo bento-rr upgrade ...',
    });
  }
  return new EnvironmentError('E_ENV_INSMOD', `the kernel does not load ${object}`, {
    why,
    hint: 'dmesg | tail says more; is it built for this kernel and this bentofs.ko?',
  });
}

/** insmod and rmmod live in sbin, which the PATH of people often lacks. */
function withSbin(env: Env): Env {
  return { ...env, PATH: `${env.PATH ?? '/usr/bin:/bin'}:/usr/sbin:/sbin` };
}
