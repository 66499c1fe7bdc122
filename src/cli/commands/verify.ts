// SPDX-License-Identifier: MIT OR Apache-2.0

import { defineCommand } from '../command.js';
import { TRACE_ARG } from '../common-options.js';

/** `verify`: whether a trace is whole and keeps the rules of its format. */
export const verify = defineCommand({
  name: 'verify',
  summary: 'check every byte and every count of a trace',
  description:
    'Checks each checksum, the order and the counts of chunks, records and ops, that the index agrees with the chunks, that ' +
    'offered = recorded + dropped + filtered, and that every content written is there and is what its hash says. A gap is no fault: it is counted.',
  group: 'inspect',
  args: { trace: TRACE_ARG },
  examples: [{ run: 'bento-rr verify git.btr', what: 'exits with 3 when something is wrong' }],
  exitCodes: { 0: 'the trace is whole', 3: 'it is not; each fault is named' },
  run: async (ctx, input) => (await import('../actions/inspect/verify.js')).runVerify(ctx, input),
});
