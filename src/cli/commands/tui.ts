// SPDX-License-Identifier: MIT OR Apache-2.0

import { UsageError } from '../../base/errors.js';
import { EXIT } from '../../base/exit-codes.js';
import { defineCommand } from '../command.js';
import { TRACE_ARG } from '../common-options.js';
import { parseSeq } from '../parsers.js';
import { resolveTrace } from '../paths.js';
import { shellWord, shownPath, surroundingsOf } from '../surroundings.js';

/** `tui`: a trace and its replay on the screen. */
export const tui = defineCommand({
  name: 'tui',
  summary: 'look at a trace and its replay on the screen, stepping forward and back',
  description:
    "Without --module the replay uses the work tree's build of the recorded file system; where there is no host or no module " +
    'the trace can still be read, and the screen says what is missing. Where there is no terminal, or it is too small, the ' +
    'summary and the first ops are written as text. The keys are in docs/keys.md, and ? shows them.',
  group: 'inspect',
  args: { trace: TRACE_ARG },
  options: {
    module: { short: 'm', value: 'M', summary: 'a .so, a file-system name, or NAME@GITREV', complete: 'file' },
    order: { value: 'ORDER', summary: 'serial or exact; neither: what fits', choices: ['serial', 'exact'] },
    seq: { value: 'SEQ', summary: 'begin at this op', parse: parseSeq },
    filter: { short: 'f', value: 'EXPRESSION', summary: 'begin with the ops that fit' },
    theme: {
      value: 'THEME',
      summary: 'colours; also $BENTO_RR_THEME',
      choices: ['dark', 'light', 'high-contrast', 'none'],
    },
    ascii: { summary: 'signs of ASCII only (as where the locale is not UTF-8)' },
    screenReader: { summary: 'whole sentences one below the other (as INK_SCREEN_READER=true)' },
    noTui: { summary: 'text, as where there is no terminal' },
  },
  examples: [
    { run: 'bento-rr tui', what: 'the latest recording' },
    { run: 'bento-rr tui git.btr --module tiffinfs@HEAD~3', what: 'replayed with an older version' },
    { run: "bento-rr tui git.btr --filter 'error and not LOOKUP'", what: 'failed ops but lookups' },
  ],
  run: async (ctx, { args, options }) => {
    if (ctx.flags.json) {
      throw new UsageError('tui writes no JSON', { hint: 'bento-rr dump --json and bento-rr info --json do' });
    }
    const trace = await resolveTrace(args.trace, ctx.cwd, ctx.paths);
    const { startTui } = await import('../../tui/start.js');
    await startTui(
      {
        trace,
        traceName: shellWord(shownPath(trace, ctx.cwd)),
        module: options.module,
        order: options.order,
        goTo: options.seq,
        filter: options.filter,
        theme: options.theme,
        ascii: options.ascii,
        color: ctx.out.style.enabled,
        screenReader: options.screenReader,
        asText: options.noTui,
      },
      {
        stdin: ctx.stdin,
        stdout: ctx.stdout,
        surroundings: surroundingsOf(ctx),
        signal: ctx.signal,
        line: (text) => ctx.out.line(text),
      },
    );
    return EXIT.ok;
  },
});
