// SPDX-License-Identifier: MIT OR Apache-2.0

/** The screen with a real host and a real module, on a golden trace: what `npm run setup` builds is needed. */

import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hostPath } from '../../src/host/locate.js';
import { ROOT } from '../tidy/source-files.js';
import { PtyRun } from './pty.js';

const HOST = { BENTO_HOST: hostPath(process.env, ROOT) };
const MODULE = join(ROOT, 'rust-fs/target/release/libbento_tiffinfs.so');
const TRACE = join(ROOT, 'traces/posix-corners.btr');

it('steps, goes on and back through a recorded run, and shows the tree of each place', async () => {
  const run = new PtyRun(['tui', TRACE, '--module', MODULE], { columns: 160, rows: 45 }, HOST);
  await run.shows('MKFS', 'ready to replay');
  run.type('ss');
  await run.shows('▶2 ', 'after op 2', 'device ');
  const early = deviceOf(run.text());
  run.type('g600\r\r');
  await run.shows('▶600', 'after op 600');
  const later = await deviceOtherThan(run, early);
  run.type('S');
  await run.shows('▶599', 'after op 599');
  run.type('s');
  await run.shows('▶600', 'after op 600', later);
  run.type('E');
  // What the module answers is for the golden replays to judge; here it has to get there.
  await run.shows('▶3,245');
  run.type('g2\r\r');
  await run.shows('▶2 ', 'after op 2', early);
  run.type('q');
  expect((await run.exit).exitCode).toBe(0);
  await run.isRestored();
}, 120_000);

it('says why a module cannot be replayed with, and shows the trace', async () => {
  const run = new PtyRun(['tui', TRACE, '--module', '/proc/version'], { columns: 100, rows: 30 }, HOST);
  await run.shows('MKFS', 'not replayed');
  run.type('s');
  await run.shows('/proc/version');
  run.type('q');
  expect((await run.exit).exitCode).toBe(0);
}, 60_000);

function deviceOf(text: string): string {
  return /device ([0-9a-f]{16})/.exec(text)?.[1] ?? '';
}

async function deviceOtherThan(run: PtyRun, digest: string): Promise<string> {
  await expect.poll(() => !['', digest].includes(deviceOf(run.text())), { timeout: 10_000 }).toBe(true);
  return deviceOf(run.text());
}
