// SPDX-License-Identifier: MIT OR Apache-2.0

import { type StdioOptions, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { EnvironmentError, systemCodeOf } from '../base/errors.js';
import { EXIT } from '../base/exit-codes.js';
import type { Env } from '../host/locate.js';

export type CommandRequest = {
  readonly words: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Env;
  /** stdout carries a document of ours: the command's own output goes to stderr. */
  readonly stdoutToStderr: boolean;
  /** Passes SIGINT or SIGTERM on to the command when aborted. */
  readonly signal: AbortSignal;
  /** Somebody sits at the terminal: ^C reaches the command without us. */
  readonly isTerminal: boolean;
};

/** Runs the command to its end and gives its status as a shell does: 128 + n when signal n ended it. */
export async function runCommand(request: CommandRequest): Promise<number> {
  const { words, cwd, env, signal } = request;
  const [program, ...args] = words;
  const stdio: StdioOptions = request.stdoutToStderr ? ['inherit', 2, 'inherit'] : 'inherit';
  const child = spawn(program, args, { cwd, env, stdio });
  const interrupt = () => {
    const name = signal.reason instanceof Error && /SIGTERM|SIGHUP/.test(signal.reason.message) ? 'SIGTERM' : 'SIGINT';
    if (name === 'SIGTERM' || !request.isTerminal) child.kill(name);
  };
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('spawn', () => {
        // Aborted before there was anybody to tell.
        if (signal.aborted) interrupt();
      });
      child.once('close', (code, ended) =>
        resolve(ended === null ? (code ?? EXIT.crashed) : 128 + constants.signals[ended]),
      );
    });
  } catch (cause) {
    throw notStarted(program, cause);
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}

function notStarted(program: string, cause: unknown): EnvironmentError {
  const why = { ENOENT: 'there is no such program', EACCES: 'it may not be executed' }[systemCodeOf(cause) ?? ''];
  return new EnvironmentError('E_ENV_COMMAND', `${program} cannot be started`, {
    cause,
    ...(why === undefined ? {} : { why }),
    hint: 'check the name; a relative path counts from the mount, where the command runs',
  });
}
