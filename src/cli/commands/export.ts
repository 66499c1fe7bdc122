// SPDX-License-Identifier: MIT OR Apache-2.0

import { parseSeqRange } from '../actions/inspect/seq-range.js';
import { defineCommand } from '../command.js';
import { GAPS_OPTION, TRACE_ARG } from '../common-options.js';

/** `export`: a trace in the form of another tool. Its name is a word of the language, hence `exportTrace`. */
export const exportTrace = defineCommand({
  name: 'export',
  summary: 'write a trace for another tool: Perfetto, Chrome, CSV, NDJSON',
  group: 'inspect',
  args: { trace: TRACE_ARG },
  options: {
    format: {
      value: 'FORMAT',
      summary: 'perfetto (.pftrace), chrome (JSON), csv or ndjson; else by the name of the output',
      choices: ['perfetto', 'chrome', 'csv', 'ndjson'],
    },
    output: { short: 'o', value: 'FILE', summary: 'where to; stdout when left out or -', complete: 'file' },
    seq: { short: 's', value: 'RANGE', summary: 'only these ops: 7, 10-20, 10-, -20', parse: parseSeqRange },
    filter: { short: 'f', value: 'FILTER', summary: 'only ops that fit (bento-rr help dump)' },
    allowGaps: GAPS_OPTION,
  },
  examples: [
    { run: 'bento-rr export git.btr -o git.pftrace', what: 'then open it at ui.perfetto.dev' },
    { run: "bento-rr export git.btr --format csv -f 'dur>1ms' > slow.csv", what: 'slow ops, for a spreadsheet' },
  ],
  run: async (ctx, input) => (await import('../actions/inspect/export.js')).runExport(ctx, input),
});
