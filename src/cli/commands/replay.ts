// SPDX-License-Identifier: MIT OR Apache-2.0

import { defineCommand } from '../command.js';
import { DEADLINE_OPTION, GAPS_OPTION, REPO_OPTION, RULES_OPTION, TRACE_ARG } from '../common-options.js';
import { parseSeq } from '../parsers.js';

/** `replay`: a trace against a module, every answer compared. */
export const replay = defineCommand({
  name: 'replay',
  summary: 'replay a trace against a module and compare every answer',
  description:
    "Without --module the work tree's build of the recorded file system is used. Serial order replays on one thread, and is refused " +
    'where ops truly interleaved; exact order runs a thread for each recorded one. With neither given, the recorded version is replayed in ' +
    'serial order where there is one, else exactly; another version one op after the other, and ops that interleaved are counted.',
  group: 'main',
  args: { trace: TRACE_ARG },
  options: {
    module: { short: 'm', value: 'M', summary: 'a .so, a file-system name, or NAME@GITREV', complete: 'file' },
    order: { value: 'ORDER', summary: 'serial or exact; neither: what fits', choices: ['serial', 'exact'] },
    until: { value: 'SEQ', summary: 'stop after this op', parse: parseSeq },
    rules: RULES_OPTION,
    allowGaps: GAPS_OPTION,
    deadline: DEADLINE_OPTION,
    repo: REPO_OPTION,
  },
  examples: [
    { run: 'bento-rr replay', what: 'the latest recording, against the work tree' },
    { run: 'bento-rr replay git.btr --module tiffinfs@HEAD~3', what: 'against an older version' },
    { run: 'bento-rr replay git.btr --json | jq .verdict', what: 'for a script' },
  ],
  exitCodes: {
    0: 'every answer is the recorded one',
    1: 'the answers part, or the order was refused',
    5: 'the module crashed',
  },
  run: async (ctx, input) => (await import('../actions/replay.js')).runReplay(ctx, input),
});
