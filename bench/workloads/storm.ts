// SPDX-License-Identifier: MIT OR Apache-2.0

import { runTimed } from '../measure/command.js';
import type { Workload } from './workload.js';

/** Nothing but metadata: files are created, looked at, renamed and unlinked. See probe/storm.ts. */
export const storm: Workload = {
  name: 'storm',
  what: 'metadata storm: create, stat, rename, unlink of 20,000 files',
  metadata: true,
  fixed: true,
  run: async ({ folder, quick, probe }) => {
    const { stdout } = await runTimed([process.execPath, probe, 'storm', folder, quick ? '500' : '20000']);
    const said: { readonly elapsedNs: number } = JSON.parse(stdout);
    return { elapsedNs: said.elapsedNs, amount: 1 };
  },
};
