// SPDX-License-Identifier: MIT OR Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { untilListening } from '../../../src/capture/vm/listening.js';

const folder = mkdtempSync(join(tmpdir(), 'bento-listening-'));
const server = createServer();
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

it('waits until somebody listens on every socket, or until it is told not to', async () => {
  const [early, late] = [join(folder, 'early'), join(folder, 'late')];
  const first = createServer().listen(early);
  const stop = new AbortController();
  let over = false;
  const waited = untilListening([early, late], stop.signal).then(() => {
    over = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(over).toBe(false);
  server.listen(late);
  await waited;
  expect(stop.signal.aborted).toBe(false);
  first.close();

  const never = untilListening([join(folder, 'never')], stop.signal);
  stop.abort();
  await never;
});
