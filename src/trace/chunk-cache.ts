// SPDX-License-Identifier: MIT OR Apache-2.0

import type { DecodedChunk } from './decoded-chunk.js';

/** Decoded chunks, the least recently used one going first when they take more than the limit. */
export class ChunkCache {
  readonly #limit: number;
  /** A Map keeps the order of insertion: the first key is the one used longest ago. */
  readonly #chunks = new Map<number, DecodedChunk>();
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  get(number: number, load: () => DecodedChunk): DecodedChunk {
    const held = this.#chunks.get(number);
    if (held !== undefined) {
      this.#chunks.delete(number);
      this.#chunks.set(number, held);
      return held;
    }
    const chunk = load();
    this.#chunks.set(number, chunk);
    this.#bytes += chunk.bytes;
    for (const [oldest, old] of this.#chunks) {
      if (this.#bytes <= this.#limit || oldest === number) break;
      this.#chunks.delete(oldest);
      this.#bytes -= old.bytes;
    }
    return chunk;
  }

  clear(): void {
    this.#chunks.clear();
    this.#bytes = 0;
  }
}
