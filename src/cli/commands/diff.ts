// SPDX-License-Identifier: MIT OR Apache-2.0

import { defineCommand } from '../command.js';
import { DEADLINE_OPTION, GAPS_OPTION, REPO_OPTION, RULES_OPTION, TRACE_ARG } from '../common-options.js';
import { parseCount } from '../parsers.js';

/** `diff`: two versions side by side on one trace. */
export const diff = defineCommand({
  name: 'diff',
  summary: 'find where two versions part, in answers and in state',
  description:
    'Runs both versions on the trace and names the first op that they answer differently and the first op after which ' +
    'their states differ, even if no answer does yet. The states at that op are shown as a tree difference and as decoded blocks.',
  group: 'main',
  args: { trace: TRACE_ARG },
  options: {
    a: { value: 'M', summary: 'one version: a .so, a file-system name, or NAME@GITREV', complete: 'file' },
    b: { value: 'M', summary: 'the other version', complete: 'file' },
    order: { value: 'ORDER', summary: 'serial or exact', choices: ['serial', 'exact'] },
    limit: { value: 'N', summary: 'most names and blocks to list (40)', parse: parseCount },
    rules: RULES_OPTION,
    allowGaps: GAPS_OPTION,
    deadline: DEADLINE_OPTION,
    repo: REPO_OPTION,
  },
  examples: [
    { run: 'bento-rr diff git.btr --a tiffinfs@HEAD~3 --b tiffinfs', what: 'three commits ago against the work tree' },
    { run: 'bento-rr diff --a old.so --b new.so --json', what: 'two builds, on the latest recording' },
  ],
  exitCodes: { 0: 'the versions agree in everything', 1: 'they part', 5: 'a module crashed' },
  run: async (ctx, input) => (await import('../actions/diff.js')).runDiff(ctx, input),
});
