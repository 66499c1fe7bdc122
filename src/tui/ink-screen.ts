// SPDX-License-Identifier: MIT OR Apache-2.0

import { EventEmitter } from 'node:events';
import type { Size } from './store/state.js';
import type { TerminalOutput } from './terminal.js';

/**
 * The stream that Ink draws on. It has the size that the store has, never another one, and tells Ink nothing of a resize:
 * Ink would draw the old frame at the new width first, and a frame as high as the screen makes it clear the scrollback too.
 */
export class InkScreen extends EventEmitter {
  readonly isTTY = true;
  readonly writable = true;
  readonly destroyed = false;
  readonly writableEnded = false;
  columns: number;
  rows: number;
  readonly #output: TerminalOutput;
  #muted = false;

  constructor(output: TerminalOutput, size: Size) {
    super();
    this.#output = output;
    this.columns = size.columns;
    this.rows = size.rows;
  }

  resize({ columns, rows }: Size): void {
    this.columns = columns;
    this.rows = rows;
  }

  /** While the terminal is not ours (suspended, given back) nothing may be drawn on it. */
  mute(muted: boolean): void {
    this.#muted = muted;
  }

  write(chunk: string, ...rest: readonly unknown[]): boolean {
    const done = rest.find((one): one is () => void => typeof one === 'function');
    if (this.#muted) {
      done?.();
      return true;
    }
    const room = this.#output.write(chunk);
    done?.();
    return room;
  }
}
