// SPDX-License-Identifier: MIT OR Apache-2.0

/** Whole screens, through Ink and a terminal emulator. */

import { describe, expect, it, onTestFinished } from 'vitest';
import { traceSource } from '../../src/tui/adapters/trace-file.js';
import { openBytes } from '../support/craft-trace.js';
import { FakeEngine, type FakeOptions } from './fake-engine.js';
import { expectGolden } from './golden.js';
import { checkoutTrace } from './life.js';
import { Screen, type ScreenOptions } from './screen.js';

const OPS = 3026n;
const TRACE = checkoutTrace(3000);
const SMALL = { columns: 80, rows: 24 };
const LARGE = { columns: 200, rows: 60 };

function open(fake: Partial<FakeOptions> = {}, options: Partial<ScreenOptions> = {}): Screen {
  const source = traceSource(openBytes(TRACE), '/traces/checkout.btr');
  const screen = new Screen(source, new FakeEngine({ last: OPS, ...fake }), { size: SMALL, ...options });
  onTestFinished(async () => {
    screen.type('\u001b\u001b');
    screen.type('qq');
    screen.interrupt(new Error('the test is over'));
    await screen.done.catch(() => {});
  });
  return screen;
}

describe.each([
  ['80x24', SMALL],
  ['200x60', LARGE],
] as const)('at %s', (name, size) => {
  it('shows the begin', async () => {
    const screen = open({}, { size });
    expectGolden(`begin-${name}`, await screen.shows('MKFS', 'ready to replay', 'memfs@abc123', 'blocks=4096'));
  });

  it('shows a divergence with both answers', async () => {
    const screen = open({ differs: [36n] }, { size });
    await screen.shows('ready to replay');
    screen.type('c');
    expectGolden(`divergence-${name}`, await screen.shows('divergence at op 36', 'EIO', 'device 00000000feed0024'));
  });

  it('shows the help', async () => {
    const screen = open({}, { size });
    await screen.shows('ready to replay');
    screen.type('?');
    expectGolden(`help-${name}`, await screen.shows('Time travel', 'Step one op forward'));
    screen.type('\u001b');
    await screen.shows('1 Ops');
  });

  it('shows the tree', async () => {
    const screen = open({}, { size });
    await screen.shows('ready to replay');
    screen.type('s3');
    await screen.shows('README', 'after op 1');
    screen.type('j\r');
    await screen.shows('main.c');
    screen.type('j\r');
    expectGolden(`tree-${name}`, await screen.shows('int main(void)'));
  });
});

it('shows a filter that is wrong as wrong while it is typed', async () => {
  const screen = open();
  await screen.shows('ready to replay');
  screen.type('/op=RENA');
  expectGolden('filter-mistake-80x24', await screen.shows('filter: op=RENA', '✗'));
  screen.type('ME\r');
  expectGolden('filter-80x24', await screen.shows('filter: op=RENAME', '/checkout-0/README.md -> /checkout-0/README'));
});

it('shows the palette with the reasons of what cannot be done', async () => {
  const screen = open({ cannotOpen: true });
  await screen.shows('not replayed');
  screen.type(':step');
  expectGolden('palette-80x24', await screen.shows('Step one op forward', 'bento-host cannot be run'));
});

it('keeps to ASCII where the locale has no more', async () => {
  const screen = open({ differs: [36n] }, { ascii: true });
  await screen.shows('ready to replay');
  screen.type('c');
  const text = await screen.shows('divergence at op 36', 'device 00000000feed0024');
  expect(text).toMatch(/^[\n -~]*$/);
  expectGolden('ascii-80x24', text);
});

it('shows a crash until it is acknowledged', async () => {
  const screen = open({ crashesAt: 20n });
  await screen.shows('ready to replay');
  screen.type('c');
  await screen.shows('The module crashed', 'src/dir.rs:12:5', 'S goes back');
  screen.type('\r');
  await screen.shows('crashed after op 19');
});

it('is exactly one line less high than the terminal, and never clears it while it draws', async () => {
  const screen = open();
  await screen.shows('ready to replay');
  const begun = screen.written.length;
  for (let count = 0; count < 40; count += 1) {
    screen.type('j');
    await new Promise((resolve) => setImmediate(resolve));
  }
  await screen.shows('41 of 3,026');
  expect(screen.written.slice(begun)).not.toContain('\u001b[2J');
  expect(screen.written.slice(begun)).not.toContain('\u001b[3J');
  const lines = screen.lines();
  expect(lines).toHaveLength(24);
  expect(lines[22]).toContain('quit');
  expect(lines[23]).toBe('');
});

it('fits itself to the terminal as that changes', async () => {
  const screen = open();
  await screen.shows('ready to replay');
  screen.type('jjjj');
  await screen.shows('5 of 3,026');
  screen.resize(LARGE);
  expect(await screen.shows('3 Tree', '5 of 3,026')).toContain('2 Detail');
  screen.resize({ columns: 61, rows: 17 });
  await screen.shows('5 of 3,026', '2 Detail');
  expect(screen.lines()[15]).toContain('quit');
  screen.resize({ columns: 40, rows: 10 });
  await screen.shows('40x10 is too small');
  screen.resize(SMALL);
  expect(await screen.shows('5 of 3,026', '2 Detail')).not.toContain('3 Tree');
  // No rest of a wider or higher frame.
  expect(screen.lines()[23]).toBe('');
});

it('leaves the screen as it was, whatever ends it', async () => {
  for (const end of ['quit', 'signal', 'exit'] as const) {
    const screen = open();
    await screen.shows('ready to replay');
    expect(screen.terminal.buffer.active.type).toBe('alternate');
    expect(screen.isRaw).toBe(true);
    if (end === 'quit') await screen.leave();
    else if (end === 'signal') {
      screen.interrupt(new Error('SIGTERM'));
      await expect(screen.done).rejects.toThrow('SIGTERM');
    } else screen.signal('exit');
    await expect.poll(() => screen.terminal.buffer.active.type).toBe('normal');
    expect(screen.isRaw).toBe(false);
    expect(screen.written.lastIndexOf('\u001b[?25h')).toBeGreaterThan(screen.written.lastIndexOf('\u001b[?25l'));
    expect(screen.written.lastIndexOf('\u001b[?2004l')).toBeGreaterThan(screen.written.lastIndexOf('\u001b[?2004h'));
  }
});

it('gives the screen back before the last words of a crash are written', async () => {
  const screen = open();
  await screen.shows('ready to replay');
  screen.signal('uncaughtExceptionMonitor');
  await expect.poll(() => screen.terminal.buffer.active.type).toBe('normal');
});

it('goes into the background and comes back', async () => {
  const screen = open();
  await screen.shows('ready to replay');
  screen.type('jj\u001a');
  await expect.poll(() => screen.signalsSent).toContain('SIGTSTP to 0');
  await screen.shows('3 of 3,026');
  expect(screen.terminal.buffer.active.type).toBe('alternate');
  expect(screen.isRaw).toBe(true);
  screen.signal('SIGTSTP');
  await expect.poll(() => screen.terminal.buffer.active.type).toBe('normal');
  expect(screen.signalsSent).toContain('SIGSTOP to 42');
  screen.signal('SIGCONT');
  await screen.shows('3 of 3,026');
  screen.type('j');
  await screen.shows('4 of 3,026');
});

it('copies through the terminal', async () => {
  const screen = open();
  await screen.shows('ready to replay', 'blocks=4096');
  screen.type('y');
  await screen.shows('copied op 1');
  const encoded = /\u001b\]52;c;([^\u0007]*)\u0007/.exec(screen.written)?.[1] ?? '';
  expect(Buffer.from(encoded, 'base64').toString()).toContain('op 1 MKFS blocks=4096');
});

it('speaks in sentences to a screen reader, and leaves the screen it has alone', async () => {
  const screen = open({ differs: [4n] }, { screenReader: true });
  await screen.shows('Op 1: MKFS blocks=4096, answered ok');
  screen.type('c');
  const text = await screen.shows('Divergence at op 4', 'Differs in errno: recorded 0, replayed EIO.');
  expect(text).not.toMatch(/[─│▶≠]/);
  expect(screen.terminal.buffer.active.type).toBe('normal');
});
