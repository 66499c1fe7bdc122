// SPDX-License-Identifier: MIT OR Apache-2.0

/** Recording a mount of bentofs.ko while a command runs in it. */

import { dirname } from 'node:path';
import { EnvironmentError } from '../../base/errors.js';
import { makeFolder } from '../../base/make-folder.js';
import type { Surroundings } from '../../host/locate.js';
import { type DataPolicy, HostMount, type RecordProgress } from '../host-mount.js';
import type { Recorded } from '../record.js';
import { type CommandRequest, runCommand } from '../run-command.js';
import { type KernelMount, kernelMounts } from './sysfs.js';

const DEBUGFS = '/sys/kernel/debug/bentofs';

export type KernelPolicy = 'drop' | 'block' | 'flight';

export type KernelRecordRequest = {
  readonly trace: string;
  /** Where the file system is mounted; absent: the one mount there is. */
  readonly mountpoint?: string | undefined;
  readonly policy: KernelPolicy;
  readonly data: DataPolicy;
  readonly words: CommandRequest['words'];
  readonly stdoutToStderr: boolean;
  readonly isTerminal: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: RecordProgress) => void;
};

/** Records what the mount does while the command runs, whoever does it. The mount stays. */
export async function recordInKernel(request: KernelRecordRequest, around: Surroundings): Promise<Recorded> {
  const mount = chosen(await kernelMounts(), request.mountpoint);
  await makeFolder(dirname(request.trace));
  const collector = await HostMount.startWith(
    [
      '--json-errors',
      'collect',
      ...['--debugfs', `${DEBUGFS}/${mount.id}`],
      ...['--output', request.trace],
      ...['--policy', request.policy],
      ...['--data', request.data],
      ...request.words.flatMap((word) => ['--command-word', word]),
    ],
    `bento-host could not record mount ${mount.id}`,
    around,
  );
  collector.onProgress = request.onProgress;
  let ended = false;
  try {
    const { words, stdoutToStderr, isTerminal, signal } = request;
    const cwd = mount.mountpoint;
    const env = { ...around.env, BENTO_RR_MOUNT: cwd, PWD: cwd };
    const status = await runCommand({ words, cwd, env, stdoutToStderr, isTerminal, signal });
    ended = true;
    return { status, account: await collector.end() };
  } finally {
    // The command could not be started: the recording has to end all the same, and that error is the one to tell.
    if (!ended) await collector.end().catch(() => {});
  }
}

type Reachable = KernelMount & { readonly mountpoint: string };

/** The mount to record. @param mountpoint what the user named, a full path */
export function chosen(mounts: readonly KernelMount[], mountpoint: string | undefined): Reachable {
  const reachable = mounts.filter((mount): mount is Reachable => mount.mountpoint !== null);
  const fitting = mountpoint === undefined ? reachable : reachable.filter((mount) => mount.mountpoint === mountpoint);
  const [only, another] = fitting;
  if (only === undefined) {
    throw new EnvironmentError(
      'E_ENV_SOURCE',
      mountpoint === undefined
        ? 'no file system is mounted by bentofs.ko'
        : `bentofs.ko has no file system mounted at ${mountpoint}`,
      { hint: 'bento-rr status shows what is mounted; --source vm brings a kernel of its own' },
    );
  }
  if (another !== undefined) {
    throw new EnvironmentError('E_ENV_SOURCE', 'bentofs.ko has several file systems mounted', {
      why: fitting.map((mount) => mount.mountpoint).join(', '),
      hint: `say which: --mount ${only.mountpoint}`,
    });
  }
  return only;
}
