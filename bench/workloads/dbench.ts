// SPDX-License-Identifier: MIT OR Apache-2.0

import { runTimed } from '../measure/command.js';
import type { Workload } from './workload.js';

const CLIENTS = 4;

/**
 * dbench runs for a time, not for a number of ops: what it moved in that time is the amount of work. Its warm-up (a
 * fifth of the time) and its clean-up are not in the figure.
 */
export const dbench: Workload = {
  name: 'dbench',
  what: `dbench, ${CLIENTS} clients`,
  metadata: false,
  fixed: false,
  run: async ({ folder, quick }) => {
    const { stdout } = await runTimed(['dbench', '-t', quick ? '3' : '10', '-D', folder, String(CLIENTS)], {
      minutes: 2,
    });
    const found = /^Throughput ([\d.]+) MB\/sec/m.exec(stdout);
    const rate = Number(found?.[1]);
    if (!(rate > 0)) throw new Error(`dbench told no throughput: ${stdout.slice(-400)}`);
    return { elapsedNs: 1e9, amount: rate };
  },
};
