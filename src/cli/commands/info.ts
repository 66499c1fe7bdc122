// SPDX-License-Identifier: MIT OR Apache-2.0

import { defineCommand } from '../command.js';
import { GAPS_OPTION, TRACE_ARG } from '../common-options.js';

/** `info`: what a trace is, and what is in it. */
export const info = defineCommand({
  name: 'info',
  summary: 'show what a trace holds: header, counts, loss, latencies by op',
  group: 'inspect',
  args: { trace: TRACE_ARG },
  options: {
    allowGaps: GAPS_OPTION,
    bytes: { summary: 'and where the bytes of the records go, before compression' },
  },
  examples: [
    { run: 'bento-rr info', what: 'of the latest recording' },
    { run: 'bento-rr info --bytes git.btr', what: 'why it is so large' },
    { run: 'bento-rr info git.btr --json | jq .ops', what: 'one number, for a script' },
  ],
  run: async (ctx, input) => (await import('../actions/inspect/info.js')).runInfo(ctx, input),
});
