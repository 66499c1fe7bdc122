// SPDX-License-Identifier: MIT OR Apache-2.0

import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { UsageError } from '../../base/errors.js';
import { makeFolder } from '../../base/make-folder.js';
import { findHost, type Surroundings } from '../../host/locate.js';
import { buildKernel } from '../../host/modules/build-kernel.js';
import { resolveModule } from '../../host/modules/resolve-module.js';
import { runProgram } from '../../host/modules/run-program.js';
import { describeModule } from '../describe-module.js';
import { hostFailure } from '../host-failure.js';
import { findAcceleration } from './acceleration.js';
import { loadModules, mountFs, unmountFs } from './bento-guest.js';
import { Guest, type GuestOptions } from './guest.js';
import { findVmTools } from './tools.js';

/** Where the file system is mounted in the guest; $BENTO_RR_MOUNT says so there. */
export const MOUNTPOINT = '/mnt/bento';

export type VmRequest = {
  /** Name of the file system. */
  readonly fs: string;
  readonly memoryMib?: number | undefined;
  readonly cpus?: number | undefined;
  readonly icount?: boolean | undefined;
  /** Image to mount, and to keep; it is made when it is not there. Absent: a temporary one. */
  readonly disk?: string | undefined;
  /** Bytes of an image that is made. */
  readonly size: bigint;
  /** Folder to keep the guest's console and jobs in. */
  readonly keep?: string | undefined;
  readonly mountOptions?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What is going on, for a progress line. */
  readonly onPhase?: ((text: string) => void) | undefined;
  readonly onLine?: ((line: string) => void) | undefined;
  readonly onConsole?: ((line: string) => void) | undefined;
  readonly terminal?: boolean | undefined;
  /** Where what is remembered of this machine goes: the answer of the acceleration probe. */
  readonly cache: string;
};

export type VmCommand = {
  readonly words: readonly [string, ...string[]];
  readonly timeoutMs?: number | undefined;
  /** Environment, on top of what the guest has; what no shell could set is left out. */
  readonly env: NodeJS.ProcessEnv;
  readonly onStdout: (bytes: Uint8Array) => Promise<void> | void;
  readonly onStderr: (bytes: Uint8Array) => Promise<void> | void;
  /** Trace to keep of it. */
  readonly trace?: string | undefined;
  /** Options of `record` for it. */
  readonly recordOptions?: readonly string[] | undefined;
};

/** A guest with the file system mounted, given to `work`; ended afterwards, whatever happens. */
export async function withMountedGuest<T>(
  request: VmRequest,
  around: Surroundings,
  work: (guest: Guest) => Promise<T>,
): Promise<T> {
  const { signal, onLine } = request;
  const tools = await findVmTools(around.env);
  request.onPhase?.('building the modules');
  const module = await resolveModule(request.fs, around, { signal, onLine });
  if (module.spec.kind !== 'name') {
    throw new UsageError(`${request.fs} cannot be mounted in a guest`, { hint: 'give the name of a file system' });
  }
  const { name } = module.spec;
  const facts = await describeModule(module.path, around, signal);
  const kernelDir = tools.kernel.headers;
  const build = await buildKernel({ home: around.home, env: around.env, fs: [name], kernelDir, signal, onLine });
  request.onPhase?.('looking for acceleration');
  const acceleration = request.icount
    ? 'tcg'
    : await findAcceleration(tools, join(request.cache, 'vm-accel'), around.env);
  const scratch = await mkdtemp(join(tmpdir(), 'bento-vm-disk-'));
  try {
    const image = facts.needsDevice ? await makeImage(request, module.path, scratch, around) : undefined;
    request.onPhase?.('booting');
    const options: GuestOptions = {
      ...{ tools, acceleration, home: around.home, env: around.env, signal },
      ...{ memoryMib: request.memoryMib, cpus: request.cpus, icount: request.icount, onConsole: request.onConsole },
      disks: image === undefined ? [] : [{ path: image }],
      folder: request.keep,
      terminal: request.terminal,
    };
    const guest = await Guest.start(options);
    try {
      await loadModules(guest, build);
      const device = image === undefined ? undefined : '/dev/vda';
      await mountFs(guest, { fs: facts.fs, device, at: MOUNTPOINT, options: request.mountOptions });
      request.onPhase?.('');
      const result = await work(guest);
      await unmountFs(guest, MOUNTPOINT);
      await guest.shutDown();
      return result;
    } finally {
      await guest[Symbol.asyncDispose]();
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

export type VmRan = {
  readonly status: number;
  /** Whether there is a trace; not when none was asked for, or the recorder could not even begin (it has said why). */
  readonly traced: boolean;
};

/** Runs a command in the mount; keeps a trace of it when asked. */
export async function runInMount(guest: Guest, command: VmCommand, home: string, signal?: AbortSignal): Promise<VmRan> {
  const traceInside = join(guest.folder, 'share/trace.btr');
  const words = command.trace === undefined ? command.words : captured(home, guest.inGuest(traceInside), command);
  // Before the work, lest it be done for nothing.
  if (command.trace !== undefined) await makeFolder(dirname(command.trace));
  const done = await guest.run({
    words,
    cwd: MOUNTPOINT,
    env: { ...settable(command.env), BENTO_RR_MOUNT: MOUNTPOINT },
    timeoutMs: command.timeoutMs,
    onStdout: command.onStdout,
    onStderr: command.onStderr,
    signal,
  });
  const traced = command.trace !== undefined && (done.status === 0 || existsSync(traceInside));
  if (traced) await copyFile(traceInside, command.trace);
  return { status: done.status, traced };
}

function settable(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const entries = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && /^[A-Za-z_]\w*$/.test(name) ? [[name, value] as const] : [],
  );
  return Object.fromEntries(entries);
}

/** The command with a capture around it: bento-rr itself, in the guest, records from the kernel there. */
function captured(home: string, trace: string, { words, recordOptions }: VmCommand): readonly [string, ...string[]] {
  // What it would say names paths of the guest.
  const record = [
    'record',
    '--quiet',
    '--source',
    'kernel',
    '--mount',
    MOUNTPOINT,
    '-o',
    trace,
    ...(recordOptions ?? []),
    '--',
  ];
  return [join(home, 'bin/bento-rr'), ...record, ...words];
}

/** The image to mount: the user's, made when it is absent, or a temporary one; with a file system on it. */
async function makeImage(request: VmRequest, module: string, scratch: string, around: Surroundings): Promise<string> {
  const image = request.disk ?? join(scratch, 'disk');
  const found = await stat(image).catch(() => undefined);
  if (found !== undefined) return image;
  const host = await findHost(around);
  const args = ['--json-errors', 'mkfs', '--module', module, '--size', String(request.size), image];
  const done = await runProgram(host, args, { cwd: around.cwd, env: around.env, signal: request.signal });
  if (!done.ok) throw hostFailure(done.stderr, `bento-host could not make a file system on ${image} (${done.how})`);
  return image;
}

/** A shell on the guest's second serial line, which is this process's terminal. */
export async function runShell(
  guest: Guest,
  term: string,
  size: { readonly columns: number; readonly rows: number },
): Promise<number> {
  const line = '/dev/ttyS1';
  // The script leads a session of its own, so the line becomes its terminal; held open, it keeps its size. What the user's shell does when
  // it begins is for this machine: it may take long where instructions are emulated.
  const script = `exec <${line} >${line} 2>&1; stty rows ${size.rows} cols ${size.columns}; exec bash --norc -i`;
  const env = { TERM: term, BENTO_RR_MOUNT: MOUNTPOINT, PS1: 'guest:\\w\\$ ' };
  return (await guest.run({ words: ['sh', '-c', script], cwd: MOUNTPOINT, env })).status;
}
