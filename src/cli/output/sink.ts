// SPDX-License-Identifier: MIT OR Apache-2.0

import { systemCodeOf } from '../../base/errors.js';

/** The part of a writable stream we use; process.stdout and a test's collector both fit. */
export type OutputStream = {
  write(chunk: string | Uint8Array): boolean;
  once(name: 'drain' | 'close', listener: () => void): unknown;
  on(name: 'error', listener: (error: Error) => void): unknown;
  off(name: 'drain' | 'close', listener: () => void): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  readonly writableNeedDrain?: boolean;
};

/** The reader went away (`| head`): the command should stop, quietly. Not an AppError: nothing is wrong. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed';
  constructor() {
    super('the reader of the output has gone');
  }
}

/**
 * Writes with backpressure. A loop that ignores `drain` on a closed pipe never sees EPIPE and grows until the process is
 * killed, so each write waits for room and then fails once the pipe is known to be closed.
 */
export class Sink {
  readonly #stream: OutputStream;
  readonly #waiting = new Set<() => void>();
  #failure: Error | undefined;

  constructor(stream: OutputStream) {
    this.#stream = stream;
    stream.on('error', (error) => {
      this.#failure ??= error;
      for (const wake of this.#waiting) wake();
    });
  }

  /** Whether nothing can be written any more. */
  get closed(): boolean {
    return this.#failure !== undefined;
  }

  async write(chunk: string | Uint8Array): Promise<void> {
    this.#throwIfFailed();
    if (chunk.length === 0) return;
    if (!this.#stream.write(chunk)) await this.#drained();
    this.#throwIfFailed();
  }

  #throwIfFailed(): void {
    if (this.#failure === undefined) return;
    const code = systemCodeOf(this.#failure);
    throw code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED' ? new OutputClosed() : this.#failure;
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const stream = this.#stream;
      const wake = () => {
        this.#waiting.delete(wake);
        stream.off('drain', wake);
        stream.off('close', wake);
        resolve();
      };
      this.#waiting.add(wake);
      stream.once('drain', wake);
      stream.once('close', wake);
      if (this.#failure !== undefined) wake();
    });
  }
}
