// SPDX-License-Identifier: MIT OR Apache-2.0

import { PassThrough, Writable } from 'node:stream';
import type { ExitCode } from '../../../src/base/exit-codes.js';
import { ns } from '../../../src/base/ids.js';
import type { Command } from '../../../src/cli/command.js';
import type { Env, World } from '../../../src/cli/context.js';
import { main } from '../../../src/cli/main.js';
import { ROOT } from '../../tidy/source-files.js';

export type RunResult = { readonly code: ExitCode; readonly stdout: string; readonly stderr: string };

export type RunOptions = {
  readonly env?: Env;
  readonly cwd?: string;
  readonly commands?: readonly Command[];
  readonly isTTY?: boolean;
  readonly signal?: AbortSignal;
  readonly stdout?: Writable;
};

/** Collects what is written, like a pipe with an eager reader. */
export class Collector extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** Runs a command line in a world of plain objects. */
export async function runCli(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const stdout = options.stdout ?? new Collector();
  const stderr = new Collector();
  const world: World = {
    argv,
    env: options.env ?? { HOME: '/home/user', PATH: '/usr/bin:/bin' },
    stdin: new PassThrough(),
    stdout: Object.assign(stdout, options.isTTY ? { isTTY: true, columns: 80 } : {}),
    stderr,
    cwd: options.cwd ?? ROOT,
    home: ROOT,
    machine: { nodeVersion: '20.20.2', root: true },
    now: () => ns(0n),
    monotonic: () => ns(0n),
    signal: options.signal ?? new AbortController().signal,
  };
  const code = await main(world, options.commands);
  return { code, stdout: stdout instanceof Collector ? stdout.text : '', stderr: stderr.text };
}
