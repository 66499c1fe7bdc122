// SPDX-License-Identifier: MIT OR Apache-2.0

import { EventEmitter } from 'node:events';
import xterm from '@xterm/headless';
import { expect } from 'vitest';
import type { LookAndFeel } from '../../src/tui/components/look-context.js';
import type { ReplayEngine } from '../../src/tui/ports/replay-engine.js';
import type { TraceSource } from '../../src/tui/ports/trace-source.js';
import type { Size } from '../../src/tui/store/state.js';
import { chooseGlyphs } from '../../src/tui/theme/glyphs.js';
import { themeNamed } from '../../src/tui/theme/theme.js';

// Ink draws nothing where it takes the environment for a CI job, and looks once, when it is loaded.
process.env.CI = 'false';
const { runInteractive } = await import('../../src/tui/interactive.js');

export type ScreenOptions = {
  readonly size: Size;
  readonly ascii?: boolean;
  readonly screenReader?: boolean;
};

/** The TUI on a terminal emulator, in this process. */
export class Screen {
  readonly terminal: xterm.Terminal;
  readonly done: Promise<void>;
  /** Everything written to the terminal. */
  written = '';
  readonly #input = new Input();
  readonly #output: Output;
  readonly #process = new FakeProcess();
  readonly #stop = new AbortController();

  constructor(source: TraceSource, engine: ReplayEngine, { size, ascii = false, screenReader = false }: ScreenOptions) {
    this.terminal = new xterm.Terminal({
      cols: size.columns,
      rows: size.rows,
      allowProposedApi: true,
      convertEol: true,
    });
    this.#output = new Output(size, (chunk) => {
      this.written += chunk;
      this.terminal.write(chunk);
    });
    const look: LookAndFeel = { theme: themeNamed('dark'), glyphs: chooseGlyphs(ascii) };
    this.done = runInteractive({
      input: this.#input,
      output: this.#output,
      process: this.#process,
      source,
      engine,
      look,
      screenReader,
      signal: this.#stop.signal,
      goTo: undefined,
      filter: undefined,
    });
    // Whoever waits for it hears of a failure; a test that does not is told by its own expectations.
    this.done.catch(() => {});
  }

  get isRaw(): boolean {
    return this.#input.raw;
  }

  get signalsSent(): readonly string[] {
    return this.#process.sent;
  }

  type(bytes: string): void {
    this.#input.emit('data', bytes);
  }

  resize(size: Size): void {
    this.terminal.resize(size.columns, size.rows);
    this.#output.columns = size.columns;
    this.#output.rows = size.rows;
    this.#output.emit('resize');
  }

  /** A signal to the process. */
  signal(name: string): void {
    this.#process.emit(name);
  }

  interrupt(reason: Error): void {
    this.#stop.abort(reason);
  }

  /** The screen's lines, without blanks at their ends. */
  lines(): readonly string[] {
    const buffer = this.terminal.buffer.active;
    return Array.from(
      { length: this.terminal.rows },
      (_, row) => buffer.getLine(buffer.viewportY + row)?.translateToString(true) ?? '',
    );
  }

  text(): string {
    return `${this.lines().join('\n').trimEnd()}\n`;
  }

  /** Waits until the screen says all of these, and then stands still. */
  async shows(...texts: readonly string[]): Promise<string> {
    let before = '';
    await expect
      .poll(
        () => {
          const now = this.text();
          const still = now === before;
          before = now;
          return still && texts.every((text) => now.includes(text)) ? 'shown' : now;
        },
        { timeout: 10_000, interval: 60 },
      )
      .toBe('shown');
    return before;
  }

  async leave(): Promise<void> {
    this.type('q');
    await this.done;
  }
}

class Input extends EventEmitter {
  readonly isTTY = true;
  raw = false;
  setRawMode(raw: boolean): void {
    this.raw = raw;
  }
  setEncoding(): void {}
  resume(): void {}
  pause(): void {}
}

class Output extends EventEmitter {
  readonly isTTY = true;
  columns: number;
  rows: number;
  readonly #see: (chunk: string) => void;
  constructor({ columns, rows }: Size, see: (chunk: string) => void) {
    super();
    this.columns = columns;
    this.rows = rows;
    this.#see = see;
  }
  write(chunk: string): boolean {
    this.#see(chunk);
    return true;
  }
}

class FakeProcess extends EventEmitter {
  readonly pid = 42;
  readonly sent: string[] = [];
  kill(pid: number, signal: string): void {
    this.sent.push(`${signal} to ${pid}`);
  }
}
