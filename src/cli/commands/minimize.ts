// SPDX-License-Identifier: MIT OR Apache-2.0

import { defineCommand } from '../command.js';
import { DEADLINE_OPTION, GAPS_OPTION, REPO_OPTION, TRACE_ARG } from '../common-options.js';

/** `minimize`: the smallest trace that still goes wrong. */
export const minimize = defineCommand({
  name: 'minimize',
  summary: 'cut a trace down to the ops that make a version go wrong',
  description:
    'Delta debugging: ops are taken away as long as the version still parts from the reference in the same field of the same ' +
    'kind of op; where no answer differs, as long as their states part after the same kind of op. No single op of the result can be left out. Beside FILE a listing for people is written, FILE.txt.',
  group: 'main',
  args: { trace: TRACE_ARG },
  options: {
    module: { short: 'm', value: 'M', summary: 'the version that goes wrong', complete: 'file' },
    reference: { value: 'M', summary: "the version with the right answers (the work tree's build)", complete: 'file' },
    output: { short: 'o', value: 'FILE', summary: 'the trace to write (TRACE.min.btr)', complete: 'file' },
    allowGaps: GAPS_OPTION,
    deadline: DEADLINE_OPTION,
    states: { summary: 'compare states too from the start, not only when no answer differs' },
    repo: REPO_OPTION,
  },
  examples: [
    {
      run: 'bento-rr minimize git.btr --module tiffinfs@HEAD~3 -o small.btr',
      what: 'writes small.btr and small.btr.txt',
    },
    { run: 'bento-rr minimize --module bad.so --reference good.so --json', what: 'the latest recording' },
  ],
  exitCodes: {
    0: 'written',
    1: 'the version agrees with the reference, in answers and states: there is nothing to minimize',
  },
  run: async (ctx, input) => (await import('../actions/minimize.js')).runMinimize(ctx, input),
});
