// SPDX-License-Identifier: MIT OR Apache-2.0

/** Keeps the end of a program's output, for telling why it failed. */
export class TextTail {
  readonly #lines: number;
  readonly #decoder = new TextDecoder();
  #text = '';

  constructor(lines = 12) {
    this.#lines = lines;
  }

  add(chunk: Uint8Array): void {
    this.#text += this.#decoder.decode(chunk, { stream: true });
    // Bounded however long the lines are.
    if (this.#text.length > 64 * 1024) this.#text = this.#text.slice(-32 * 1024);
  }

  /** The last lines, without blank ones at the end. */
  get text(): string {
    return this.#text.trimEnd().split('\n').slice(-this.#lines).join('\n');
  }
}
