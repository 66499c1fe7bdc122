// SPDX-License-Identifier: MIT OR Apache-2.0

import { parseSeqRange } from '../actions/inspect/seq-range.js';
import { defineCommand } from '../command.js';
import { GAPS_OPTION, TRACE_ARG } from '../common-options.js';

const FILTERS = `A filter is made of terms joined by and, or, not and parentheses. A term is an op (LOOKUP), an errno (ENOENT),
ok or error, an inode (#12), a quoted part of a name, or FIELD OPERATOR VALUE[,VALUE]. Operators are = != < <= > >= and, for
texts, ~ (holds) and !~. Values may be ranges: seq=10-20.
Fields: op errno name path ino fh thread pid uid gid time dur seq size offset.`;

/** `dump`: the ops of a trace as text. */
export const dump = defineCommand({
  name: 'dump',
  summary: 'print the ops of a trace, one a line',
  description: FILTERS,
  group: 'inspect',
  args: { trace: TRACE_ARG },
  options: {
    seq: { short: 's', value: 'RANGE', summary: 'only these ops: 7, 10-20, 10-, -20', parse: parseSeqRange },
    filter: { short: 'f', value: 'FILTER', summary: 'only ops that fit' },
    fields: { summary: 'every field of each op, as a tree' },
    ndjson: { summary: 'one JSON object a line' },
    limit: { short: 'n', value: 'COUNT', summary: 'at most so many ops' },
    allowGaps: GAPS_OPTION,
  },
  examples: [
    { run: 'bento-rr dump git.btr', what: 'every op, through the pager' },
    { run: "bento-rr dump git.btr -f 'error and path~/objects/'", what: 'what failed below a directory' },
    { run: "bento-rr dump git.btr -f 'WRITE dur>1ms' --fields", what: 'slow writes in full' },
    { run: 'bento-rr dump git.btr --ndjson | jq -c .op', what: 'for a script' },
  ],
  run: async (ctx, input) => (await import('../actions/inspect/dump.js')).runDump(ctx, input),
});
