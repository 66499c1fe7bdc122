// SPDX-License-Identifier: MIT OR Apache-2.0

/** `bento-rr tui` as built, on a pseudo-terminal. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkoutTrace } from './life.js';
import { PtyRun } from './pty.js';

const SMALL = { columns: 80, rows: 24 };
/** No host: what is looked at here is the screen, and that the trace can be read without. */
const NO_HOST = { BENTO_HOST: '/proc/none/bento-host' };

let folder = '';
let trace = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bento-rr-tui-'));
  trace = join(folder, 'checkout.btr');
  writeFileSync(trace, checkoutTrace(3000));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('starts, moves, filters, helps, follows the window, and leaves the terminal as it was', async () => {
  const run = new PtyRun(['tui', trace], SMALL, NO_HOST);
  await run.shows('1 of 3,026', 'MKFS', '? help q quit');
  run.type('jj');
  await run.shows('3 of 3,026');
  run.type('s');
  await run.shows('cannot be run');
  run.type('/op=RENAME\r');
  await run.shows('filter: op=RENAME', '43 of 3,026');
  run.type('?');
  await run.shows('Time travel', 'Step one op forward');
  run.type('\u001b');
  await run.shows('43 of 3,026');
  run.resize({ columns: 150, rows: 40 });
  await run.shows('3 Tree', '43 of 3,026');
  run.resize(SMALL);
  await expect.poll(() => run.text()).not.toContain('3 Tree');
  run.type('q');
  expect((await run.exit).exitCode).toBe(0);
  await run.isRestored();
}, 60_000);

it.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
  ['SIGHUP', 129],
] as const)('gives the terminal back on %s', async (signal, exitCode) => {
  const run = new PtyRun(['tui', trace], SMALL, NO_HOST);
  await run.shows('1 of 3,026');
  run.kill(signal);
  expect((await run.exit).exitCode).toBe(exitCode);
  await run.isRestored();
});

it('comes back after Ctrl-Z', async () => {
  const run = new PtyRun(['tui', trace], SMALL, NO_HOST);
  await run.shows('1 of 3,026');
  run.type('jj\u001a');
  // Nobody can continue the leader of its own session, so the kernel does not stop it: it leaves the screen and returns.
  await expect.poll(() => run.written.split('\u001b[?1049h').length).toBe(3);
  await run.shows('3 of 3,026');
  run.type('q');
  expect((await run.exit).exitCode).toBe(0);
});

it.each([
  ['TERM=dumb', SMALL, { TERM: 'dumb' }],
  ['CI', SMALL, { CI: 'true' }],
  ['59x24', { columns: 59, rows: 24 }, {}],
] as const)('writes text instead with %s', async (_, size, env) => {
  const run = new PtyRun(['tui', trace], { columns: size.columns, rows: 60 }, { ...NO_HOST, ...env });
  expect((await run.exit).exitCode).toBe(0);
  expect(run.written).toContain('This is text because');
  expect(run.written).toContain('MKFS');
  expect(run.written).not.toContain('\u001b[?1049h');
});

it('says what is no trace before it takes the screen', async () => {
  const run = new PtyRun(['tui', '/proc/version'], SMALL, NO_HOST);
  expect((await run.exit).exitCode).toBe(3);
  expect(run.written).toContain('error:');
  expect(run.written).not.toContain('\u001b[?1049h');
});
