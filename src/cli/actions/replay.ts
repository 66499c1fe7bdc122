// SPDX-License-Identifier: MIT OR Apache-2.0

import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { EXIT, type ExitCode } from '../../base/exit-codes.js';
import { formatCount } from '../../base/format.js';
import type { Seq } from '../../base/ids.js';
import { type ReplayOrder, type ReplayOutcome, type ReplayVerdict, replay } from '../../diff/replay.js';
import { type Host, withHost } from '../../host/host.js';
import { type ResolvedModule, resolveModule } from '../../host/modules/resolve-module.js';
import type { TraceInfo } from '../../proto/gen/host.js';
import { type nextLines, replayDocument, replayLines } from '../../report/replay-report.js';
import type { Context } from '../context.js';
import { resolveTrace } from '../paths.js';
import { buildOptions, shellWord, shownPath, surroundingsOf } from '../surroundings.js';
import { repoOf } from './given.js';
import { opLineAt } from './op-line.js';

export type ReplayInput = {
  readonly args: { readonly trace: string | undefined };
  readonly options: {
    readonly module: string | undefined;
    readonly order: ReplayOrder | undefined;
    readonly until: Seq | undefined;
    readonly rules: string | undefined;
    readonly allowGaps: boolean;
    readonly deadline: number | undefined;
    readonly repo: string | undefined;
  };
};

/** What `replay` exits with. */
const EXITS: Readonly<Record<ReplayVerdict, ExitCode>> = {
  same: EXIT.ok,
  diverged: EXIT.diverged,
  refused: EXIT.diverged,
  crashed: EXIT.crashed,
};

/** The work of `replay`. */
export async function runReplay(ctx: Context, { args, options }: ReplayInput): Promise<ExitCode> {
  const path = await resolveTrace(args.trace, ctx.cwd, ctx.paths);
  const rules = options.rules === undefined ? undefined : await readFile(resolve(ctx.cwd, options.rules), 'utf8');
  let warnings: readonly string[] = [];
  const outcome = await withHost(surroundingsOf(ctx), async (host) => {
    const trace = await openTrace(ctx, host, path, options.allowGaps);
    warnings = trace.warnings;
    const module = await moduleFor(ctx, trace, options.module, options.repo);
    const { order, until, deadline } = options;
    const found = await replay(host, {
      trace,
      module: module.path,
      order,
      until,
      rules,
      deadlineMs: deadline,
      signal: ctx.signal,
      onProgress: ({ seq, total }) => ctx.talk.progress(`replaying: op ${formatCount(seq)} of ${formatCount(total)}`),
    });
    ctx.talk.progress('');
    if (found.fellBack !== undefined) ctx.talk.note(`exact order: there is no serial one (${found.fellBack})`);
    warnOfOtherBuild(ctx, trace, found, options.module !== undefined);
    // A revision of another repository means nothing to the commands that follow; its object does.
    const name = options.repo === undefined ? module.label : module.path;
    if (!ctx.flags.json) await tell(ctx, path, name, found);
    return found;
  });
  if (ctx.flags.json) await ctx.out.json(replayDocument(outcome, warnings));
  return EXITS[outcome.verdict];
}

/** Opens a trace in the host, and passes its warnings on. */
export async function openTrace(ctx: Context, host: Host, path: string, allowGaps: boolean): Promise<TraceInfo> {
  const trace = await host.openTrace(path, { allowGaps, signal: ctx.signal });
  for (const warning of trace.warnings) ctx.talk.warn(`${basename(path)}: ${warning}`);
  return trace;
}

/** The module asked for, or the work tree's build of the recorded file system. */
export async function moduleFor(
  ctx: Context,
  trace: TraceInfo,
  given: string | undefined,
  repo: string | undefined,
): Promise<ResolvedModule> {
  const name = given ?? trace.header?.module?.fsName ?? '';
  const module = await resolveModule(name, surroundingsOf(ctx), { ...buildOptions(ctx), repo: repoOf(ctx, repo) });
  ctx.talk.progress('');
  return module;
}

/** Replaying the wrong build by accident is the classic mistake; on purpose it is what the tool is for. */
function warnOfOtherBuild(ctx: Context, trace: TraceInfo, outcome: ReplayOutcome, onPurpose: boolean): void {
  const recorded = trace.header?.module;
  const used = outcome.module?.module;
  if (onPurpose || recorded === undefined || used === undefined) return;
  if (Buffer.compare(recorded.buildId, used.buildId) === 0) return;
  // A .so and a .ko of one source are different builds, and the same version.
  if (recorded.sourceRevision !== '' && recorded.sourceRevision === used.sourceRevision) return;
  const revision = recorded.sourceRevision === '' ? '' : ` (revision ${recorded.sourceRevision.slice(0, 12)})`;
  ctx.talk.warn(`this is another build of ${recorded.fsName} than the recorded one${revision}`);
}

async function tell(ctx: Context, path: string, module: string, outcome: ReplayOutcome): Promise<void> {
  const trace = shellWord(shownPath(path, ctx.cwd));
  const label = shellWord(module);
  const seq = outcome.divergence?.seq;
  const opLine = seq === undefined ? undefined : await opLineAt(path, seq);
  const next = outcome.verdict === 'diverged' || outcome.verdict === 'crashed' ? nextSteps(trace, label, outcome) : [];
  for (const line of replayLines(outcome, { trace, module, opLine, next }, ctx.out.style)) {
    await ctx.out.line(line);
  }
}

function nextSteps(trace: string, module: string, { verdict }: ReplayOutcome): Parameters<typeof nextLines>[0]['next'] {
  return [
    { run: `bento-rr tui ${trace} --module ${module}`, what: 'look at it, step and go back' },
    ...(verdict === 'diverged'
      ? [{ run: `bento-rr diff ${trace} --a GOOD --b ${module}`, what: 'how the states differ from a good version' }]
      : []),
    { run: `bento-rr minimize ${trace} --module ${module} -o small.btr`, what: 'the smallest trace that shows it' },
  ];
}
