// SPDX-License-Identifier: MIT OR Apache-2.0

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EnvironmentError, systemCodeOf } from '../base/errors.js';
import { makeFolder } from '../base/make-folder.js';
import type { Surroundings } from '../host/locate.js';
import { controlSocket, runtimeFolder } from './control.js';
import { describeModule } from './describe-module.js';
import { type DataPolicy, type DropPolicy, HostMount, type MountAccount, type RecordProgress } from './host-mount.js';
import { type CommandRequest, runCommand } from './run-command.js';
import { startWatchdog } from './watchdog.js';

/** The host waits this long for those who use the mount before it detaches it. */
const BUSY_MS = 2_500;

export type RecordRequest = {
  /** Path of the module. */
  readonly module: string;
  readonly trace: string;
  /** Where to mount; absent: a temporary folder. */
  readonly mountpoint?: string | undefined;
  /** The user's image, kept; absent: a temporary one, made anew. */
  readonly image?: string | undefined;
  readonly size: bigint;
  readonly policy: DropPolicy;
  readonly data: DataPolicy;
  readonly fsOptions?: string | undefined;
  /** Threads that serve ops. */
  readonly threads?: number | undefined;
  readonly words: CommandRequest['words'];
  readonly stdoutToStderr: boolean;
  readonly isTerminal: boolean;
  /** Folder for what is temporary. */
  readonly tmp: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: RecordProgress) => void;
  /** The command has ended, and programs it left behind keep the mount from ending. */
  readonly onBusy: () => void;
};

export type Recorded = {
  /** The command's, as a shell gives it. */
  readonly status: number;
  readonly account: MountAccount;
};

/** Mounts, runs the command in the mount, unmounts. Mount and temporary files are gone whichever way it ends. */
export async function record(request: RecordRequest, around: Surroundings): Promise<Recorded> {
  const { needsDevice } = await describeModule(request.module, around, request.signal);
  const folder = await mkdtemp(join(request.tmp, 'bento-rr-'));
  try {
    const mountpoint = request.mountpoint ?? join(folder, 'mnt');
    if (request.mountpoint === undefined) await mkdir(mountpoint);
    await Promise.all([makeFolder(dirname(request.trace)), makeFolder(runtimeFolder(around.env), 0o700)]);
    const control = controlSocket(around.env, mountpoint);
    const image = needsDevice ? (request.image ?? join(folder, 'image')) : request.image;
    const mount = await HostMount.start(
      {
        module: request.module,
        mountpoint,
        image,
        size: request.size,
        trace: request.trace,
        policy: request.policy,
        data: request.data,
        command: request.words,
        control,
        fsOptions: request.fsOptions,
        threads: request.threads,
      },
      around,
    );
    return await runIn(mount, mountpoint, folder, request, around);
  } finally {
    await removeFolder(folder);
  }
}

async function runIn(
  mount: HostMount,
  mountpoint: string,
  folder: string,
  request: RecordRequest,
  around: Surroundings,
): Promise<Recorded> {
  const watchdog = startWatchdog(mount.pid, folder);
  mount.onProgress = request.onProgress;
  let ended = false;
  try {
    const { words, stdoutToStderr, isTerminal, signal } = request;
    const env = { ...around.env, BENTO_RR_MOUNT: mountpoint, PWD: mountpoint };
    const status = await runCommand({ words, cwd: mountpoint, env, stdoutToStderr, isTerminal, signal });
    ended = true;
    const busy = setTimeout(request.onBusy, BUSY_MS);
    try {
      return { status, account: await mount.end() };
    } finally {
      clearTimeout(busy);
    }
  } finally {
    // The command could not be started: the mount has to go all the same, and that error is the one to tell.
    if (!ended) await mount.end().catch(() => {});
    watchdog.dismiss();
  }
}

/** A mount that is still there must never be walked into. */
async function removeFolder(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch (cause) {
    if (systemCodeOf(cause) !== 'EBUSY') throw cause;
    throw new EnvironmentError('E_ENV_BUSY', `${folder} is still mounted`, {
      cause,
      why: 'a program that was started in it still runs there',
      hint: `end that program, then: umount ${join(folder, 'mnt')} && rm -r ${folder}`,
    });
  }
}
