// SPDX-License-Identifier: MIT OR Apache-2.0

import { writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { EXIT, type ExitCode } from '../../base/exit-codes.js';
import { formatCount, formatPlural } from '../../base/format.js';
import { fromPairs, toPairs } from '../../bisect/keep.js';
import { type MinimizeOutcome, minimize } from '../../bisect/minimize.js';
import { opPartitions } from '../../bisect/op-groups.js';
import { subsetTest } from '../../bisect/subset-test.js';
import { withHost } from '../../host/host.js';
import { resolveModule } from '../../host/modules/resolve-module.js';
import { jsonDocument } from '../../report/json-document.js';
import { divergenceJson, divergenceLines, nextLines } from '../../report/replay-report.js';
import { shellLine } from '../../report/shell-listing.js';
import { PathResolver } from '../../trace/paths.js';
import { TraceFile } from '../../trace/trace-file.js';
import type { Context } from '../context.js';
import { resolveTrace } from '../paths.js';
import { buildOptions, shellWord, shownPath, surroundingsOf } from '../surroundings.js';
import { repoOf, required } from './given.js';
import { opLineAt } from './op-line.js';
import { openTrace } from './replay.js';

export type MinimizeInput = {
  readonly args: { readonly trace: string | undefined };
  readonly options: {
    readonly module: string | undefined;
    readonly reference: string | undefined;
    readonly output: string | undefined;
    readonly allowGaps: boolean;
    readonly deadline: number | undefined;
    readonly states: boolean;
    readonly repo: string | undefined;
  };
};

/** The work of `minimize`. */
export async function runMinimize(ctx: Context, { args, options }: MinimizeInput): Promise<ExitCode> {
  const moduleText = required(options.module, 'module');
  const path = await resolveTrace(args.trace, ctx.cwd, ctx.paths);
  const output = resolve(ctx.cwd, options.output ?? `${basename(path, '.btr')}.min.btr`);
  const { signal } = ctx;
  const outcome = await withHost(surroundingsOf(ctx), async (host) => {
    const info = await openTrace(ctx, host, path, options.allowGaps);
    const build = { ...buildOptions(ctx), repo: repoOf(ctx, options.repo) };
    const around = surroundingsOf(ctx);
    const referenceText = options.reference ?? info.header?.module?.fsName ?? '';
    const reference = (await resolveModule(referenceText, around, options.reference ? build : buildOptions(ctx))).path;
    const module = (await resolveModule(moduleText, around, build)).path;
    const trace = TraceFile.open(path, { allowDamage: options.allowGaps });
    try {
      const by = (states: boolean) =>
        minimize({
          ops: fromPairs([trace.firstSeq, trace.lastSeq]),
          fixed: fixedOps(trace),
          partitions: (ops) => opPartitions(trace, ops),
          test: subsetTest(host, {
            trace: info.trace,
            reference,
            module,
            deadlineMs: options.deadline,
            states,
            signal,
          }),
          onProgress: (left, trials) =>
            ctx.talk.progress(`minimizing: ${formatPlural(left, 'op')} left after ${formatPlural(trials, 'trial')}`),
        });
      let found = await by(options.states);
      if (found.kind === 'same' && !options.states) {
        ctx.talk.note('every answer is the same: the states after each op are compared too');
        found = await by(true);
      }
      ctx.talk.progress('');
      if (found.kind === 'done') {
        await host.writeSubset({ trace: info.trace, reference, keep: toPairs(found.ops), path: output }, { signal });
        await writeFile(`${output}.txt`, listing(output));
      }
      return found;
    } finally {
      trace.close();
    }
  });
  const from = TraceFile.open(path, { allowDamage: options.allowGaps });
  const all = from.ops;
  from.close();
  if (ctx.flags.json) await ctx.out.json(document(outcome, all, output));
  else {
    const opLine = outcome.kind === 'done' ? await opLineAt(output, BigInt(outcome.ops.length)) : undefined;
    for (const line of textLines(ctx, outcome, all, output, moduleText, opLine)) await ctx.out.line(line);
  }
  return outcome.kind === 'done' ? EXIT.ok : EXIT.diverged;
}

/** The making and mounting of the file system, which everything else stands on. */
function fixedOps(trace: TraceFile): ReadonlySet<bigint> {
  const first = trace.window(trace.firstSeq, 2).filter(({ name }) => name === 'MKFS' || name === 'MOUNT');
  return new Set(first.map(({ seq }) => seq));
}

/** Every op of a small trace as a line that a person can read. */
function listing(path: string): string {
  const trace = TraceFile.open(path);
  try {
    const paths = new PathResolver(trace);
    paths.advance(trace.lastSeq);
    return [...trace.opsFrom()].map((op) => `${shellLine(op, paths)}\n`).join('');
  } finally {
    trace.close();
  }
}

function document(outcome: MinimizeOutcome, all: bigint, output: string) {
  const left = outcome.kind === 'done' ? BigInt(outcome.ops.length) : all;
  return jsonDocument('bento-rr/minimize@1', {
    verdict: outcome.kind === 'done' ? 'minimized' : 'same',
    ops: left,
    from: all,
    to: left,
    trials: outcome.trials,
    path: outcome.kind === 'done' ? output : null,
    listing: outcome.kind === 'done' ? `${output}.txt` : null,
    divergence: divergenceJson(outcome.kind === 'done' ? outcome.divergence : undefined),
  });
}

function textLines(
  ctx: Context,
  outcome: MinimizeOutcome,
  all: bigint,
  output: string,
  module: string,
  opLine: string | undefined,
): readonly string[] {
  const { style } = ctx.out;
  if (outcome.kind === 'same') {
    return [
      `${style.good('same')}: ${module} agrees with the reference on all ${formatPlural(all, 'op')}, and so do their states; nothing to minimize`,
    ];
  }
  const shown = shellWord(shownPath(output, ctx.cwd));
  const { ops, trials, divergence } = outcome;
  const head = `${formatCount(all)} to ${formatPlural(ops.length, 'op')} in ${formatPlural(trials, 'trial')}: ${shown}`;
  const next = [
    { run: `cat ${shown}.txt`, what: 'the ops, for people' },
    divergence?.kind === 'reply' || divergence?.kind === 'crash'
      ? { run: `bento-rr replay ${shown} --module ${shellWord(module)}`, what: 'see it go wrong' }
      : { run: `bento-rr diff ${shown} --a GOOD --b ${shellWord(module)}`, what: 'see how the states part' },
  ];
  return [head, ...divergenceLines(divergence, opLine, style), ...nextLines({ next }, style)];
}
