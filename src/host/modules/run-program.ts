// SPDX-License-Identifier: MIT OR Apache-2.0

import { execa } from 'execa';
import { EnvironmentError } from '../../base/errors.js';
import type { Env } from '../locate.js';

export type ProgramOptions = {
  readonly cwd: string;
  readonly env: Env;
  readonly signal?: AbortSignal | undefined;
  /** Told each line of standard error as it comes. */
  readonly onLine?: ((line: string) => void) | undefined;
};

export type Finished = {
  readonly ok: boolean;
  /** How it ended, in words: "status 101", "SIGKILL". */
  readonly how: string;
  readonly stdout: string;
  readonly stderr: string;
};

/** Runs a program to its end; its failing is an answer, its absence an error. Throws the abort reason when aborted. */
export async function runProgram(program: string, args: readonly string[], options: ProgramOptions): Promise<Finished> {
  const running = execa(program, args, {
    cwd: options.cwd,
    env: options.env as Record<string, string | undefined>,
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    maxBuffer: 64 * 1024 * 1024,
    forceKillAfterDelay: 2_000,
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  });
  if (options.onLine !== undefined) {
    for await (const line of running.iterable({ from: 'stderr' })) options.onLine(String(line));
  }
  const done = await running;
  options.signal?.throwIfAborted();
  if (done.code === 'ENOENT') {
    throw new EnvironmentError('E_ENV_PROGRAM', `${program} cannot be started`, {
      why: 'it is not installed, or not on PATH',
      hint: `install ${program}; bento-rr doctor checks this machine`,
    });
  }
  const how = done.signal === undefined ? `status ${done.exitCode ?? '?'}` : done.signal;
  return { ok: !done.failed, how, stdout: String(done.stdout ?? ''), stderr: String(done.stderr ?? '') };
}
