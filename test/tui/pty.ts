// SPDX-License-Identifier: MIT OR Apache-2.0

import { join } from 'node:path';
import pty from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { expect, onTestFinished } from 'vitest';
import type { Size } from '../../src/tui/store/state.js';
import { ROOT } from '../tidy/source-files.js';

/** The built command line on a pseudo-terminal, as a person has it before them. */
export class PtyRun {
  readonly terminal: xterm.Terminal;
  readonly exit: Promise<{ readonly exitCode: number }>;
  written = '';
  readonly #child: pty.IPty;

  constructor(argv: readonly string[], size: Size, env: Readonly<Record<string, string>> = {}) {
    const { columns: cols, rows } = size;
    this.terminal = new xterm.Terminal({ cols, rows, allowProposedApi: true });
    this.#child = pty.spawn(process.execPath, [join(ROOT, 'bin/bento-rr'), ...argv], {
      // The name becomes TERM.
      name: env.TERM ?? 'xterm-256color',
      cols,
      rows,
      cwd: ROOT,
      // CI=false: on a CI machine, too, this is a terminal.
      env: { PATH: process.env.PATH ?? '', HOME: '/proc/none', LANG: 'C.UTF-8', CI: 'false', ...env },
    });
    this.#child.onData((data) => {
      this.written += data;
      this.terminal.write(data);
    });
    let ended = false;
    this.exit = new Promise((resolve) =>
      this.#child.onExit((how) => {
        ended = true;
        resolve(how);
      }),
    );
    onTestFinished(() => {
      if (!ended) this.#child.kill('SIGKILL');
    });
  }

  type(keys: string): void {
    this.#child.write(keys);
  }

  resize({ columns, rows }: Size): void {
    this.terminal.resize(columns, rows);
    this.#child.resize(columns, rows);
  }

  kill(signal: string): void {
    this.#child.kill(signal);
  }

  text(): string {
    const buffer = this.terminal.buffer.active;
    const lines = Array.from(
      { length: this.terminal.rows },
      (_, row) => buffer.getLine(buffer.viewportY + row)?.translateToString(true) ?? '',
    );
    return `${lines.join('\n').trimEnd()}\n`;
  }

  async shows(...texts: readonly string[]): Promise<string> {
    await expect
      .poll(() => (texts.every((text) => this.text().includes(text)) ? 'shown' : this.text()), {
        timeout: 25_000,
        interval: 50,
      })
      .toBe('shown');
    return this.text();
  }

  /** Whether the terminal is as a shell wants it. */
  async isRestored(): Promise<void> {
    await expect.poll(() => this.terminal.buffer.active.type).toBe('normal');
    expect(this.written.lastIndexOf('\u001b[?25h')).toBeGreaterThan(this.written.lastIndexOf('\u001b[?25l'));
    expect(this.written.lastIndexOf('\u001b[?2004l')).toBeGreaterThan(this.written.lastIndexOf('\u001b[?2004h'));
    expect(this.written.lastIndexOf('\u001b[?1049l')).toBeGreaterThan(this.written.lastIndexOf('\u001b[?1049h'));
  }
}
