// SPDX-License-Identifier: MIT OR Apache-2.0

/**
 * `npm run docs:screens -- TRACE --module M`: runs the built TUI on a pseudo-terminal, goes to the first divergence, and keeps
 * what the screen shows as docs/tui.txt (80x24) and docs/tui.svg (160x45).
 */

import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pty from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { screenSvg } from './screen-svg.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const WAIT_MS = 60_000;

/**
 * @param {readonly string[]} argv
 * @param {{ readonly columns: number, readonly rows: number }} size
 * @param {(terminal: import('@xterm/headless').Terminal) => void} keep
 */
async function visit(argv, { columns: cols, rows }, keep) {
  const terminal = new xterm.Terminal({ cols, rows, allowProposedApi: true });
  // Where CI is set, even to false, chalk gives no colour.
  const { CI: _, NO_COLOR: __, ...env } = process.env;
  const child = pty.spawn(process.execPath, [join(root, 'bin/bento-rr'), 'tui', ...argv], {
    name: 'xterm-256color',
    cols,
    rows,
    env: { ...env, LANG: 'C.UTF-8' },
  });
  child.onData((data) => terminal.write(data));
  const ended = new Promise((resolve) => child.onExit(resolve));
  await shows(terminal, 'ready to replay');
  child.write('c');
  await shows(terminal, 'divergence at op');
  await shows(terminal, 'replayed');
  // The tree, where there is room for it.
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  keep(terminal);
  child.write('q');
  await ended;
}

/**
 * @param {import('@xterm/headless').Terminal} terminal
 * @param {string} text
 */
async function shows(terminal, text) {
  const until = Date.now() + WAIT_MS;
  while (!screenText(terminal).includes(text)) {
    if (Date.now() > until) throw new Error(`the screen never said "${text}":\n${screenText(terminal)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** @param {import('@xterm/headless').Terminal} terminal */
function screenText(terminal) {
  const buffer = terminal.buffer.active;
  const lines = Array.from({ length: terminal.rows }, (_, row) => buffer.getLine(row)?.translateToString(true) ?? '');
  return `${lines.join('\n').trimEnd()}\n`;
}

const argv = process.argv.slice(2);
if (argv.length === 0) {
  process.stderr.write('usage: npm run docs:screens -- TRACE --module M   (a module that diverges from the trace)\n');
  process.exitCode = 2;
} else {
  await visit(argv, { columns: 80, rows: 24 }, (terminal) => {
    writeFileSync(join(root, 'docs/tui.txt'), screenText(terminal));
  });
  await visit(argv, { columns: 160, rows: 45 }, (terminal) => {
    writeFileSync(join(root, 'docs/tui.svg'), screenSvg(terminal));
  });
  process.stdout.write('docs/tui.txt, docs/tui.svg\n');
}
