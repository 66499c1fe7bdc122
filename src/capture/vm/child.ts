// SPDX-License-Identifier: MIT OR Apache-2.0

import { type ChildProcess, spawn } from 'node:child_process';
import type { Env } from '../../host/locate.js';
import { TextTail } from '../../host/text-tail.js';

export type Helper = {
  readonly name: string;
  /** Settles with how it ended, in words. */
  readonly exit: Promise<string>;
  /** Its last words. */
  readonly tail: TextTail;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly pid: number;
};

export type HelperRequest = {
  readonly name: string;
  readonly setpriv: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Env;
  /** It has the terminal, and belongs to the foreground. */
  readonly terminal?: boolean;
};

/** Starts a program that serves a guest. It dies with this process, however that dies, and ^C on the terminal is not for it. */
export function startHelper(request: HelperRequest): Helper {
  const terminal = request.terminal === true;
  const child: ChildProcess = spawn(request.setpriv, ['--pdeathsig', 'KILL', '--', request.program, ...request.args], {
    env: request.env as NodeJS.ProcessEnv,
    stdio: terminal ? ['inherit', 'inherit', 'pipe'] : ['ignore', 'pipe', 'pipe'],
    detached: !terminal,
  });
  const tail = new TextTail(20);
  child.stdout?.on('data', (chunk: Buffer) => tail.add(chunk));
  child.stderr?.on('data', (chunk: Buffer) => tail.add(chunk));
  const exit = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal ?? `status ${code}`));
  });
  return { name: request.name, exit, tail, kill: (signal) => child.kill(signal), pid: child.pid ?? -1 };
}
