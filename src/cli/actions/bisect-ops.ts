// SPDX-License-Identifier: MIT OR Apache-2.0

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { EXIT, type ExitCode } from '../../base/exit-codes.js';
import { formatCount } from '../../base/format.js';
import { firstBadOp } from '../../bisect/ops.js';
import { comparePair } from '../../diff/pair.js';
import { withHost } from '../../host/host.js';
import { resolveModule } from '../../host/modules/resolve-module.js';
import { bisectOpsDocument, bisectOpsLines } from '../../report/bisect-report.js';
import type { Context } from '../context.js';
import { buildOptions, shellWord, shownPath, surroundingsOf } from '../surroundings.js';
import { repoOf, required } from './given.js';
import { opLineAt } from './op-line.js';
import { openTrace } from './replay.js';

export type OpsOptions = {
  readonly good: string | undefined;
  readonly bad: string | undefined;
  readonly repo: string | undefined;
  readonly rules: string | undefined;
  readonly allowGaps: boolean;
  readonly deadline: number | undefined;
};

/** `bisect --ops`: where the bad version first parts from the good one, in answer or in state. */
export async function runBisectOps(ctx: Context, path: string, options: OpsOptions): Promise<ExitCode> {
  const bad = required(options.bad, 'bad');
  const rules = options.rules === undefined ? undefined : await readFile(resolve(ctx.cwd, options.rules), 'utf8');
  const { outcome, good } = await withHost(surroundingsOf(ctx), async (host) => {
    const trace = await openTrace(ctx, host, path, options.allowGaps);
    const named = options.good ?? trace.header?.module?.fsName ?? '';
    const build = { ...buildOptions(ctx), repo: repoOf(ctx, options.repo) };
    const a = await resolveModule(named, surroundingsOf(ctx), build);
    const b = await resolveModule(bad, surroundingsOf(ctx), build);
    const found = await comparePair(host, {
      trace,
      a: a.path,
      b: b.path,
      rules,
      deadlineMs: options.deadline,
      limit: 40,
      signal: ctx.signal,
      onProgress: (seq, total) => ctx.talk.progress(`comparing: op ${formatCount(seq)} of ${formatCount(total)}`),
    });
    ctx.talk.progress('');
    return { outcome: found, good: named };
  });
  if (ctx.flags.json) await ctx.out.json(bisectOpsDocument(outcome, good, bad));
  else {
    const seq = firstBadOp(outcome);
    const trace = shellWord(shownPath(path, ctx.cwd));
    const words = { good, bad, trace, opLine: seq === undefined ? undefined : await opLineAt(path, seq) };
    for (const line of bisectOpsLines(outcome, words, ctx.out.style)) await ctx.out.line(line);
  }
  return firstBadOp(outcome) === undefined && outcome.verdict !== 'crashed' ? EXIT.diverged : EXIT.ok;
}
