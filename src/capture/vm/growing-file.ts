// SPDX-License-Identifier: MIT OR Apache-2.0

import { open } from 'node:fs/promises';
import { systemCodeOf } from '../../base/errors.js';

const PIECE = 64 * 1024;

/** A file that another process appends to; each call gives what came since the last. */
export class GrowingFile {
  readonly #path: string;
  #offset = 0;
  #busy: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  /** Hands the new bytes to `take`, in pieces and in order, calls one after another. A file that is not there yet has none. */
  drain(take: (bytes: Uint8Array) => Promise<void> | void): Promise<void> {
    this.#busy = this.#busy.then(() => this.#drain(take));
    return this.#busy;
  }

  async #drain(take: (bytes: Uint8Array) => Promise<void> | void): Promise<void> {
    const file = await open(this.#path).catch((error: unknown) => {
      if (systemCodeOf(error) === 'ENOENT') return undefined;
      throw error;
    });
    if (file === undefined) return;
    try {
      for (;;) {
        const { bytesRead, buffer } = await file.read(Buffer.alloc(PIECE), 0, PIECE, this.#offset);
        if (bytesRead === 0) return;
        this.#offset += bytesRead;
        await take(buffer.subarray(0, bytesRead));
      }
    } finally {
      await file.close();
    }
  }
}
