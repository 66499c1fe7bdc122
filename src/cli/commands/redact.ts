// SPDX-License-Identifier: MIT OR Apache-2.0

import { defineCommand } from '../command.js';
import { GAPS_OPTION, TRACE_ARG } from '../common-options.js';

/** `redact`: a trace that can be given away. */
export const redact = defineCommand({
  name: 'redact',
  summary: 'write a copy without names and contents, to give away',
  description:
    'Each name becomes another of the same length; the same name becomes the same one everywhere, and names sort as before. ' +
    'Contents, checkpoints, device blocks, commands, messages and paths in options are left out or replaced; hashes are made anew with ' +
    'a secret that is thrown away. Kept are ops, times, sizes, modes, owners and numbers. A copy of a trace that began at mkfs can be replayed; what it writes is a pattern.',
  group: 'inspect',
  args: { trace: TRACE_ARG },
  options: {
    output: { short: 'o', value: 'FILE', summary: 'the copy; must not exist yet', complete: 'file' },
    allowGaps: GAPS_OPTION,
  },
  examples: [{ run: 'bento-rr redact git.btr -o git-redacted.btr', what: 'a copy fit for a bug report' }],
  run: async (ctx, input) => (await import('../actions/inspect/redact.js')).runRedact(ctx, input),
});
