// SPDX-License-Identifier: MIT OR Apache-2.0

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { HostError } from '../base/errors.js';
import { findHost, type Surroundings } from '../host/locate.js';
import { TextTail } from '../host/text-tail.js';
import { hostFailure } from './host-failure.js';
import { whole } from './json-fields.js';

export type DropPolicy = 'drop' | 'block';
export type DataPolicy = 'full' | 'none';

export type MountRequest = {
  readonly module: string;
  readonly mountpoint: string;
  /** Absent for a file system without a device. */
  readonly image?: string | undefined;
  /** Bytes of an image that is made. */
  readonly size?: bigint | undefined;
  /** Make the file system anew. */
  readonly fresh?: boolean;
  /** The trace to record into. */
  readonly trace?: string | undefined;
  readonly policy?: DropPolicy | undefined;
  readonly data?: DataPolicy | undefined;
  /** Words of the command, for the header of the trace. */
  readonly command?: readonly string[];
  readonly control?: string | undefined;
  readonly fsOptions?: string | undefined;
  /** Threads that serve ops; absent: as many as the host likes. */
  readonly threads?: number | undefined;
};

/** How far a recording is. */
export type RecordProgress = { readonly ops: bigint; readonly bytes: bigint; readonly dropped: bigint };

/** The account of a mount that ended. */
export type MountAccount = {
  readonly ops: bigint;
  readonly recorded: bigint;
  readonly dropped: bigint;
  readonly bytes: bigint;
  /** What the module crashed of, in words. */
  readonly crash: string | undefined;
};

/** A host that serves a mount. */
export class HostMount {
  readonly #child: ChildProcess;
  readonly #tail = new TextTail(20);
  readonly #exit: Promise<string>;
  #account: MountAccount | undefined;
  #crash: string | undefined;
  #onProgress: ((progress: RecordProgress) => void) | undefined;
  #markReady: () => void = () => {};
  readonly #ready: Promise<void>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#ready = new Promise((resolve) => {
      this.#markReady = resolve;
    });
    this.#exit = new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('close', (code, signal) => resolve(signal ?? `status ${code}`));
    });
    child.stderr?.on('data', (chunk: Buffer) => this.#tail.add(chunk));
    if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', (line) => this.#hear(line));
  }

  /** Mounts, and comes back once files can be used. */
  static async start(request: MountRequest, around: Surroundings): Promise<HostMount> {
    const what = `bento-host could not mount at ${request.mountpoint}`;
    return HostMount.startWith(argumentsOf(request), what, around);
  }

  /** The same with the host's own words: `mount`, or `collect`, which serves a recording in the kernel and tells as a mount does. */
  static async startWith(words: readonly string[], what: string, around: Surroundings): Promise<HostMount> {
    const host = await findHost(around);
    const child = spawn(host, words, {
      env: around.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: ^C on the terminal is for the command first, and the mount must outlive it.
      detached: true,
    });
    const mount = new HostMount(child);
    const ended = await Promise.race([mount.#ready.then(() => undefined), mount.#exit]);
    if (ended !== undefined) throw mount.#failure(`${what} (${ended})`);
    return mount;
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** What the module crashed of, so far. */
  get crash(): string | undefined {
    return this.#crash;
  }

  /** Told whenever the recording has moved. */
  set onProgress(listener: (progress: RecordProgress) => void) {
    this.#onProgress = listener;
  }

  /** Settles when the mount is gone, however that came. */
  get exit(): Promise<string> {
    return this.#exit;
  }

  /** Unmounts and gives the account; fails when the host could not finish what it held. */
  async end(): Promise<MountAccount> {
    this.#child.kill('SIGTERM');
    const how = await this.#exit;
    if (this.#account === undefined) throw this.#failure(`bento-host ended without an account (${how})`);
    // A crashed module is told by the account; any other trouble at the end is an error.
    if (how !== 'status 0' && this.#account.crash === undefined) throw this.#failure(`bento-host ended with ${how}`);
    return this.#account;
  }

  #failure(what: string) {
    return hostFailure(this.#tail.text, what);
  }

  #hear(line: string): void {
    let said: unknown;
    try {
      said = JSON.parse(line);
    } catch (cause) {
      throw new HostError('E_HOST_PROTOCOL', 'bento-host mount said something that is no JSON', { cause });
    }
    if (typeof said !== 'object' || said === null) return;
    const member = (key: string): unknown => Reflect.get(said, key);
    if (member('ready') === true) this.#markReady();
    const progress = member('progress');
    if (typeof progress === 'object' && progress !== null) {
      this.#onProgress?.({
        ops: whole(progress, 'ops'),
        bytes: whole(progress, 'bytes'),
        dropped: whole(progress, 'dropped'),
      });
    }
    const crashed = member('crashed');
    if (typeof crashed === 'string') this.#crash = crashed;
    if (member('done') === true) this.#account = accountOf(said);
  }
}

function accountOf(said: object): MountAccount {
  const account: unknown = Reflect.get(said, 'account');
  const counts = typeof account === 'object' && account !== null ? account : {};
  const crash: unknown = Reflect.get(said, 'crash');
  return {
    ops: whole(said, 'ops'),
    recorded: whole(counts, 'recorded'),
    dropped: whole(counts, 'dropped'),
    bytes: whole(counts, 'bytes'),
    crash: typeof crash === 'string' ? crash : undefined,
  };
}

function argumentsOf(request: MountRequest): string[] {
  const option = (name: string, value: string | undefined): string[] => (value === undefined ? [] : [name, value]);
  return [
    '--json-errors',
    'mount',
    ...option('--module', request.module),
    ...option('--image', request.image),
    ...option('--size', request.size?.toString()),
    ...(request.fresh === true ? ['--fresh'] : []),
    ...option('--record', request.trace),
    ...option('--policy', request.policy),
    ...option('--data', request.data),
    ...(request.command ?? []).flatMap((word) => ['--command-word', word]),
    ...option('--control', request.control),
    ...option('--options', request.fsOptions),
    ...option('--threads', request.threads?.toString()),
    '--',
    request.mountpoint,
  ];
}
