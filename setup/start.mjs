// SPDX-License-Identifier: MIT OR Apache-2.0

/** `npm start`: the set-up, then the tour: record real programs, replay, diff, bisect, on this machine. */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setUpOrExit } from './setup.mjs';
import { ROOT } from './step.mjs';

setUpOrExit();
const words = process.argv.length > 2 ? process.argv.slice(2) : ['tour'];
const child = spawn(process.execPath, [join(ROOT, 'bin/bento-rr'), ...words], { stdio: 'inherit' });
// The terminal sends ^C to both; the tour finishes its recording, and this waits for it.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
});
