// SPDX-License-Identifier: MIT OR Apache-2.0

import { defineCommand } from '../command.js';

/** `ls`: the recordings there are. */
export const ls = defineCommand({
  name: 'ls',
  summary: 'list recorded traces, the newest first',
  group: 'inspect',
  args: {
    dir: { summary: 'where to look; the folder of recordings when left out', optional: true, complete: 'directory' },
  },
  examples: [
    { run: 'bento-rr ls', what: 'recordings made without -o' },
    { run: 'bento-rr ls traces --json', what: 'those of a folder, for a script' },
  ],
  run: async (ctx, input) => (await import('../actions/inspect/ls.js')).runLs(ctx, input),
});
