// SPDX-License-Identifier: MIT OR Apache-2.0

import { runTimed } from '../measure/command.js';
import type { Workload } from './workload.js';

/** Nothing but metadata: files are created, looked at, renamed and unlinked. See probe/storm.ts. */
export const storm: Workload = stormOf('storm', 20_000, '20,000');

/** The same of so many files that it makes a million ops. */
export const stormOfMillion: Workload = stormOf('storm-million', 84_000, '84,000');

function stormOf(name: string, files: number, shown: string): Workload {
  return {
    name,
    what: `metadata storm: create, stat, rename, unlink of ${shown} files`,
    metadata: true,
    fixed: true,
    run: async ({ folder, quick, probe }) => {
      const { stdout } = await runTimed([process.execPath, probe, 'storm', folder, quick ? '500' : `${files}`]);
      const said: { readonly elapsedNs: number } = JSON.parse(stdout);
      return { elapsedNs: said.elapsedNs, amount: 1 };
    },
  };
}
