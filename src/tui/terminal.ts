// SPDX-License-Identifier: MIT OR Apache-2.0

/**
 * The terminal while the TUI has it: alternate screen, hidden cursor, raw keys, bracketed paste; and everything as it was
 * on every way out, also when the program dies. (Ink 6 has none of this; Ink 7's options would replace it.)
 */

import type { Size } from './store/state.js';

export type TerminalInput = {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
  setEncoding(encoding: 'utf8'): unknown;
  on(name: 'data', listener: (chunk: string) => void): unknown;
  off(name: 'data', listener: (chunk: string) => void): unknown;
  resume(): unknown;
  pause(): unknown;
};

export type TerminalOutput = {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(chunk: string): boolean;
  on(name: 'resize', listener: () => void): unknown;
  off(name: 'resize', listener: () => void): unknown;
};

/** The part of the process that is needed; a test hands in its own. */
export type TerminalProcess = {
  on(name: string, listener: () => void): unknown;
  off(name: string, listener: () => void): unknown;
  prependListener(name: string, listener: () => void): unknown;
  /** Sends a signal; 0 is the whole process group, as the terminal itself would do for Ctrl-Z. */
  kill(pid: number, signal: 'SIGTSTP' | 'SIGSTOP'): unknown;
  readonly pid: number;
};

const ENTER = '\u001b[?1049h\u001b[2J\u001b[H\u001b[?25l\u001b[?2004h';
const LEAVE = '\u001b[?2026l\u001b[0m\u001b[?2004l\u001b[?25h\u001b[?1049l';
const ENTER_LINEAR = '\u001b[?2004h';
const LEAVE_LINEAR = '\u001b[0m\u001b[?2004l\u001b[?25h\n';
export const CLEAR = '\u001b[2J\u001b[H';
/** Terminals ignore copies that are longer, some hang up on them. */
const COPY_LIMIT = 74_994;

export type TerminalHandlers = {
  readonly onInput: (chunk: string) => void;
  readonly onResize: (size: Size) => void;
  /** The screen is ours again and blank. */
  readonly onResume: () => void;
};

export class Terminal {
  readonly #input: TerminalInput;
  readonly #output: TerminalOutput;
  readonly #process: TerminalProcess;
  readonly #handlers: TerminalHandlers;
  readonly #linear: boolean;
  #active = false;
  #closed = false;

  constructor(
    streams: { readonly input: TerminalInput; readonly output: TerminalOutput },
    process: TerminalProcess,
    handlers: TerminalHandlers,
    /** No alternate screen: what a screen reader has read stays readable. */
    linear = false,
  ) {
    this.#input = streams.input;
    this.#output = streams.output;
    this.#process = process;
    this.#handlers = handlers;
    this.#linear = linear;
  }

  get size(): Size {
    // A terminal that does not say its size (0 x 0, some serial lines) is taken for the classic one.
    return { columns: this.#output.columns || 80, rows: this.#output.rows || 24 };
  }

  /** Takes the terminal, and makes sure that it is given back. */
  open(): void {
    this.#process.on('exit', this.#leave);
    // Before any other listener writes its last words: they belong on the screen that stays.
    this.#process.prependListener('uncaughtExceptionMonitor', this.#leave);
    this.#process.prependListener('unhandledRejection', this.#leave);
    this.#process.on('SIGTSTP', this.#stopped);
    this.#process.on('SIGCONT', this.#continued);
    this.#output.on('resize', this.#resized);
    this.#enter();
  }

  /** Gives the terminal back for good. May be called again. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#leave();
    this.#process.off('exit', this.#leave);
    this.#process.off('uncaughtExceptionMonitor', this.#leave);
    this.#process.off('unhandledRejection', this.#leave);
    this.#process.off('SIGTSTP', this.#stopped);
    this.#process.off('SIGCONT', this.#continued);
    this.#output.off('resize', this.#resized);
  }

  /** Goes into the background, as Ctrl-Z does for any program; comes back on SIGCONT. */
  readonly suspend = (): void => {
    this.#leave();
    // Our own listener would swallow it.
    this.#process.off('SIGTSTP', this.#stopped);
    this.#process.kill(0, 'SIGTSTP');
    // Running again; or never stopped, where nobody could have continued us (an orphaned process group).
    setTimeout(() => {
      if (this.#closed) return;
      this.#process.off('SIGTSTP', this.#stopped);
      this.#process.on('SIGTSTP', this.#stopped);
      this.#continued();
    }, 50);
  };

  /** Puts text on the clipboard of the machine that the terminal runs on (OSC 52), also through tmux and ssh. */
  readonly copy = (text: string): void => {
    const encoded = Buffer.from(text).toString('base64');
    this.#output.write(`\u001b]52;c;${encoded.slice(0, COPY_LIMIT - (COPY_LIMIT % 4))}\u0007`);
  };

  #enter(): void {
    if (this.#active || this.#closed) return;
    this.#active = true;
    this.#input.setRawMode?.(true);
    this.#input.setEncoding('utf8');
    this.#input.on('data', this.#handlers.onInput);
    this.#input.resume();
    this.#output.write(this.#linear ? ENTER_LINEAR : ENTER);
  }

  readonly #leave = (): void => {
    if (!this.#active) return;
    this.#active = false;
    this.#input.off('data', this.#handlers.onInput);
    this.#input.pause();
    // The terminal may be gone already; then there is nothing to give back.
    try {
      this.#input.setRawMode?.(false);
      this.#output.write(this.#linear ? LEAVE_LINEAR : LEAVE);
    } catch {}
  };

  /** Stopped from outside (kill -TSTP): the screen goes back first. */
  readonly #stopped = (): void => {
    this.#leave();
    this.#process.kill(this.#process.pid, 'SIGSTOP');
  };

  readonly #continued = (): void => {
    if (this.#active || this.#closed) return;
    this.#enter();
    this.#handlers.onResume();
  };

  readonly #resized = (): void => {
    if (this.#active) this.#handlers.onResize(this.size);
  };
}
