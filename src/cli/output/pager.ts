// SPDX-License-Identifier: MIT OR Apache-2.0

import { type ChildProcess, spawn } from 'node:child_process';
import { findProgram } from '../../../setup/packages.mjs';
import type { Env } from '../context.js';
import { OutputClosed, type OutputStream, Sink } from './sink.js';

/** The pager the user wants, or undefined for none: also when it is not installed. */
export function pagerCommand(env: Env): string | undefined {
  const command = env.BENTO_RR_PAGER ?? env.PAGER ?? 'less';
  if (command === '' || command === 'cat') return undefined;
  // A shell would be started all the same, and the text would be lost in it.
  const program =
    command
      .trim()
      .split(/\s+/)
      .find((word) => !word.includes('=')) ?? '';
  return findProgram(program, env) === undefined ? undefined : command;
}

/** A running pager. Its quitting early is how people leave it, not an error. */
export class Pager {
  readonly #child: ChildProcess;
  readonly #sink: Sink;
  readonly #ended: Promise<void>;

  private constructor(child: ChildProcess, stdin: OutputStream) {
    this.#child = child;
    this.#sink = new Sink(stdin);
    this.#ended = new Promise((resolve) => child.once('close', () => resolve()));
  }

  /** Starts it; undefined when it cannot be started, so that the text goes out plainly. */
  static async start(command: string, env: Env): Promise<Pager | undefined> {
    // F: leave at once when it fits; R: colours; X: keep the text on screen. A user's LESS wins.
    const child = spawn(command, { shell: true, stdio: ['pipe', 'inherit', 'inherit'], env: { LESS: 'FRX', ...env } });
    const started = await new Promise<boolean>((resolve) => {
      child.once('spawn', () => resolve(true));
      child.once('error', () => resolve(false));
    });
    return started && child.stdin !== null ? new Pager(child, child.stdin) : undefined;
  }

  /** False once the pager has been left. */
  async write(text: string): Promise<boolean> {
    try {
      await this.#sink.write(text);
      return true;
    } catch (error) {
      if (error instanceof OutputClosed) return false;
      throw error;
    }
  }

  async end(): Promise<void> {
    this.#child.stdin?.end();
    await this.#ended;
  }
}
