// SPDX-License-Identifier: MIT OR Apache-2.0

import { defineCommand } from '../command.js';
import { DEADLINE_OPTION, GAPS_OPTION, REPO_OPTION, RULES_OPTION, TRACE_ARG } from '../common-options.js';
import { parseCount } from '../parsers.js';

/** `bisect`: the first bad version, or the first bad op. */
export const bisect = defineCommand({
  name: 'bisect',
  summary: 'find the first version, or the first op, that went wrong',
  description:
    'Versions are the commits between --good and --bad (first parents), or a list of modules. Both ends are judged first. ' +
    'A version is bad when its replay parts from the trace; where the ends give the same answers, the tree or the device at ' +
    'the end decides. What does not build is skipped.\n\n' +
    'With --run a command judges instead, by its exit status as for git bisect run: 0 good, 125 skip, up to 127 bad. It finds ' +
    'the module in $BENTO_MODULE, the version in $BENTO_VERSION and the trace in $BENTO_TRACE.',
  group: 'main',
  args: { trace: TRACE_ARG },
  options: {
    good: { value: 'M', summary: 'a version known to be good: a .so, NAME@GITREV, or a revision', complete: 'file' },
    bad: { value: 'M', summary: 'a later version known to be bad', complete: 'file' },
    ops: { summary: 'find the first op at which the bad version parts from the good one' },
    versions: {
      value: 'LIST',
      summary: 'modules, oldest first: A.so,B.so,... or a folder, or a file of lines',
      complete: 'file',
    },
    repo: REPO_OPTION,
    allParents: { summary: 'follow every parent of merges, not only the first' },
    run: { value: 'CMD', summary: 'judge each version by this shell command' },
    log: { value: 'FILE', summary: 'where the log goes (the state folder)', complete: 'file' },
    replayLog: { value: 'FILE', summary: 'take the verdicts of this log as known', complete: 'file' },
    repeat: { value: 'N', summary: 'how often the deciding verdicts are repeated (1)', parse: parseCount },
    rules: RULES_OPTION,
    allowGaps: GAPS_OPTION,
    deadline: DEADLINE_OPTION,
  },
  examples: [
    { run: 'bento-rr bisect git.btr --good tiffinfs@v0.3 --bad tiffinfs@HEAD', what: 'the commit that broke it' },
    { run: 'bento-rr bisect --good old.so --bad new.so --ops', what: 'the op at which it goes wrong' },
    { run: 'bento-rr bisect --good v0.3 --bad HEAD --replay-log FILE', what: 'go on from a log' },
  ],
  exitCodes: {
    0: 'found',
    1: 'an end is not what it was said to be',
    125: 'only versions that cannot be judged are left',
  },
  run: async (ctx, input) => (await import('../actions/bisect.js')).runBisect(ctx, input),
});
