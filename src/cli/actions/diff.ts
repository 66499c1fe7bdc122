// SPDX-License-Identifier: MIT OR Apache-2.0

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { EXIT, type ExitCode } from '../../base/exit-codes.js';
import { formatCount } from '../../base/format.js';
import { comparePair, type PairOutcome } from '../../diff/pair.js';
import type { ReplayOrder, ReplayVerdict } from '../../diff/replay.js';
import { withHost } from '../../host/host.js';
import { resolveModule } from '../../host/modules/resolve-module.js';
import { diffDocument, diffLines } from '../../report/diff-report.js';
import type { Context } from '../context.js';
import { resolveTrace } from '../paths.js';
import { buildOptions, shellWord, shownPath, surroundingsOf } from '../surroundings.js';
import { repoOf, required } from './given.js';
import { opLineAt } from './op-line.js';
import { openTrace } from './replay.js';

export type DiffInput = {
  readonly args: { readonly trace: string | undefined };
  readonly options: {
    readonly a: string | undefined;
    readonly b: string | undefined;
    readonly order: ReplayOrder | undefined;
    readonly limit: number | undefined;
    readonly rules: string | undefined;
    readonly allowGaps: boolean;
    readonly deadline: number | undefined;
    readonly repo: string | undefined;
  };
};

const EXITS: Readonly<Record<ReplayVerdict, ExitCode>> = {
  same: EXIT.ok,
  diverged: EXIT.diverged,
  refused: EXIT.diverged,
  crashed: EXIT.crashed,
};

/** The work of `diff`. */
export async function runDiff(ctx: Context, { args, options }: DiffInput): Promise<ExitCode> {
  const a = required(options.a, 'a');
  const b = required(options.b, 'b');
  const path = await resolveTrace(args.trace, ctx.cwd, ctx.paths);
  const rules = options.rules === undefined ? undefined : await readFile(resolve(ctx.cwd, options.rules), 'utf8');
  let shownB = b;
  const outcome = await withHost(surroundingsOf(ctx), async (host) => {
    const trace = await openTrace(ctx, host, path, options.allowGaps);
    const build = { ...buildOptions(ctx), repo: repoOf(ctx, options.repo) };
    const modules = await Promise.all([a, b].map((text) => resolveModule(text, surroundingsOf(ctx), build)));
    // A revision of another repository means nothing to the commands that follow; its object does.
    if (options.repo !== undefined) shownB = modules[1]?.path ?? b;
    const found = await comparePair(host, {
      trace,
      a: modules[0]?.path ?? '',
      b: modules[1]?.path ?? '',
      order: options.order,
      rules,
      deadlineMs: options.deadline,
      limit: options.limit ?? 40,
      signal: ctx.signal,
      onProgress: (seq, total) => ctx.talk.progress(`comparing: op ${formatCount(seq)} of ${formatCount(total)}`),
    });
    ctx.talk.progress('');
    return found;
  });
  if (ctx.flags.json) await ctx.out.json(diffDocument(outcome));
  else await tell(ctx, path, { a, b, shownB }, outcome);
  return EXITS[outcome.verdict];
}

type Names = { readonly a: string; readonly b: string; readonly shownB: string };

async function tell(ctx: Context, path: string, { a, b, shownB }: Names, outcome: PairOutcome): Promise<void> {
  const { firstReply, firstState } = outcome;
  const trace = shellWord(shownPath(path, ctx.cwd));
  const words = {
    a,
    b,
    replyLine: firstReply === undefined ? undefined : await opLineAt(path, firstReply),
    stateLine: firstState === undefined ? undefined : await opLineAt(path, firstState),
    next:
      outcome.verdict === 'same' || outcome.verdict === 'refused'
        ? []
        : [{ run: `bento-rr tui ${trace} --module ${shellWord(shownB)}`, what: 'look at it, step and go back' }],
  };
  await ctx.out.page(diffLines(outcome, words, ctx.out.style));
}
