// SPDX-License-Identifier: MIT OR Apache-2.0

/** Places that look random and are the same in every run: xorshift32. */
export class Random {
  #state: number;

  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed < 1) throw new RangeError('the seed is a positive integer');
    this.#state = seed;
  }

  /** A whole number from 0 up to `limit`, itself excluded. */
  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return Math.floor(((this.#state >>> 0) / 2 ** 32) * limit);
  }
}
