// SPDX-License-Identifier: MIT OR Apache-2.0

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { EnvironmentError, HostError } from '../base/errors.js';
import { decodeResponse, type RequestInit, type Response } from '../proto/gen/host.js';
import { WireReader } from '../proto/wire.js';
import { FrameReader, frameRequest } from './frames.js';
import type { Env } from './locate.js';
import { TextTail } from './text-tail.js';

/** How long a host may take to leave once its input has ended. */
const LEAVE_MS = 2_000;

/** What the client hears of its host. */
export type HostEars = {
  readonly response: (response: Response) => void;
  /** The host is gone, or not to be spoken with any more; called once. */
  readonly gone: (error: HostError) => void;
};

/** A running `bento-host serve`: bytes out, messages in, and a clean end whatever happens. */
export class HostProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ears: HostEars;
  readonly #frames = new FrameReader();
  readonly #tail = new TextTail();
  readonly #ended: Promise<void>;
  #gone = false;
  #closing = false;

  private constructor(child: ChildProcessWithoutNullStreams, ears: HostEars) {
    this.#child = child;
    this.#ears = ears;
    this.#ended = new Promise((resolve) => child.once('close', () => resolve()));
    child.stdout.on('data', (chunk: Buffer) => this.#take(chunk));
    child.stderr.on('data', (chunk: Buffer) => this.#tail.add(chunk));
    // A write to a host that has died: 'close' tells the story better.
    child.stdin.on('error', () => {});
    child.once('close', (code, signal) => this.#lost(this.#deathNote(code, signal)));
  }

  static async start(path: string, env: Env, ears: HostEars): Promise<HostProcess> {
    const child = spawn(path, ['serve'], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    const host = new HostProcess(child, ears);
    try {
      await once(child, 'spawn');
    } catch (cause) {
      throw new EnvironmentError('E_ENV_HOST', `bento-host cannot be started: ${path}`, {
        cause,
        hint: 'npm run setup builds it (in the checkout), or set BENTO_HOST',
      });
    }
    return host;
  }

  send(request: RequestInit): void {
    if (!this.#gone) this.#child.stdin.write(frameRequest(request));
  }

  /** Ends it at once, because of `error`. */
  kill(error: HostError): void {
    this.#lost(error);
    this.#child.kill('SIGKILL');
  }

  /** Lets it leave by itself, and makes it leave when it does not. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), LEAVE_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  /** The last lines the host said on its standard error. */
  get lastWords(): string {
    return this.#tail.text;
  }

  #take(chunk: Buffer): void {
    if (this.#gone) return;
    try {
      for (const message of this.#frames.push(chunk)) this.#ears.response(decodeResponse(new WireReader(message)));
    } catch (cause) {
      const error =
        cause instanceof HostError
          ? cause
          : new HostError('E_HOST_PROTOCOL', 'bento-host sent an answer that cannot be read', {
              cause,
              hint: 'bento-host and bento-rr may be of different versions: npm run setup builds both',
            });
      this.kill(error);
    }
  }

  #lost(error: HostError): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#ears.gone(error);
  }

  #deathNote(code: number | null, signal: NodeJS.Signals | null): HostError {
    if (this.#closing) return new HostError('E_HOST_CLOSED', 'bento-host has been closed');
    const how = signal === null ? `with status ${code}` : `by ${signal}`;
    const words = this.#tail.text;
    return new HostError('E_HOST_CRASHED', `bento-host ended ${how} in the middle of its work`, {
      why: words === '' ? 'it said nothing on stderr' : `its last words:\n${words}`,
      hint: 'this is a bug of the host: please report it with the trace if you can',
    });
  }
}
