// SPDX-License-Identifier: MIT OR Apache-2.0

import { watch } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ControlLine } from './control-line.js';
import { GrowingFile } from './growing-file.js';
import { quoted } from './initramfs.js';

export type JobRequest = {
  /** Program and arguments; `['sh', '-c', script]` for a script. */
  readonly words: readonly [string, ...string[]];
  /** Folder in the guest; / when absent. */
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Longest it may take; without it, as long as it likes. */
  readonly timeoutMs?: number | undefined;
  /** Told of output as it comes; it is kept in the result either way. */
  readonly onStdout?: ((bytes: Uint8Array) => Promise<void> | void) | undefined;
  readonly onStderr?: ((bytes: Uint8Array) => Promise<void> | void) | undefined;
  /** Passed on to the command, as SIGINT or SIGTERM, when aborted. */
  readonly signal?: AbortSignal | undefined;
};

export type JobResult = {
  /** As a shell gives it: 128 + n when signal n ended it. */
  readonly status: number;
  /** At most the last {@link KEPT} bytes of each. */
  readonly stdout: string;
  readonly stderr: string;
};

const KEPT = 1 << 20;

/** Runs a job through the agent: writes its script, follows its output, waits for its status. */
export async function runJob(
  id: string,
  folder: string,
  request: JobRequest,
  control: ControlLine,
  over: AbortSignal,
): Promise<JobResult> {
  await writeFile(join(folder, 'run'), script(request));
  const stdout = new Output(join(folder, 'out'), request.onStdout);
  const stderr = new Output(join(folder, 'err'), request.onStderr);
  const drain = () => Promise.all([stdout.drain(), stderr.drain()]);
  // virtiofsd is a process of this machine: what the guest writes shows as a change here.
  const watcher = watch(folder, () => {
    // Nobody takes the output any more (`| head`): the last drain fails with that again.
    drain().catch(() => control.send(`kill ${id} TERM`));
  });
  const interrupt = () => {
    const isTerm = request.signal?.reason instanceof Error && /SIGTERM|SIGHUP/.test(request.signal.reason.message);
    control.send(`kill ${id} ${isTerm ? 'TERM' : 'INT'}`);
  };
  request.signal?.addEventListener('abort', interrupt, { once: true });
  try {
    const done = control.done(id);
    control.send(`run ${id}`);
    const status = await Promise.race([done, ended(over)]);
    await drain();
    return { status, stdout: stdout.text, stderr: stderr.text };
  } finally {
    watcher.close();
    request.signal?.removeEventListener('abort', interrupt);
  }
}

function ended(signal: AbortSignal): Promise<number> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(-1), { once: true }));
}

function script({ words, cwd, env }: JobRequest): string {
  const exports = Object.entries(env ?? {}).map(([name, value]) => `export ${name}=${quoted(value)}\n`);
  return `cd ${quoted(cwd ?? '/')} || exit 126\n${exports.join('')}exec ${words.map(quoted).join(' ')}\n`;
}

/** One stream of a job. */
class Output {
  readonly #file: GrowingFile;
  readonly #tell: ((bytes: Uint8Array) => Promise<void> | void) | undefined;
  #kept: Buffer = Buffer.alloc(0);

  constructor(path: string, tell: ((bytes: Uint8Array) => Promise<void> | void) | undefined) {
    this.#file = new GrowingFile(path);
    this.#tell = tell;
  }

  drain(): Promise<void> {
    return this.#file.drain((bytes) => {
      this.#kept = Buffer.concat([this.#kept, bytes]).subarray(-KEPT);
      return this.#tell?.(bytes);
    });
  }

  get text(): string {
    return this.#kept.toString('utf8');
  }
}
