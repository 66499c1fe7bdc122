// SPDX-License-Identifier: MIT OR Apache-2.0

import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { EXIT, type ExitCode } from '../../base/exit-codes.js';
import { formatCount, formatPlural } from '../../base/format.js';
import { makeFolder } from '../../base/make-folder.js';
import { type BisectOutcome, bisectVersions } from '../../bisect/bisect.js';
import { commandJudge } from '../../bisect/command-judge.js';
import { type Judge, type Judgement, ReplayJudge } from '../../bisect/judge.js';
import { type LogEntry, logHead, logLine, parseLog } from '../../bisect/log.js';
import type { Version } from '../../bisect/versions.js';
import { bisectDocument, bisectLines } from '../../report/bisect-report.js';
import { TraceFile } from '../../trace/trace-file.js';
import type { Context } from '../context.js';
import { resolveTrace } from '../paths.js';
import { shellWord, shownPath, surroundingsOf } from '../surroundings.js';
import { runBisectOps } from './bisect-ops.js';
import { bisectVersionList, type VersionOptions } from './bisect-versions.js';

export type BisectInput = {
  readonly args: { readonly trace: string | undefined };
  readonly options: VersionOptions & {
    readonly ops: boolean;
    readonly run: string | undefined;
    readonly log: string | undefined;
    readonly replayLog: string | undefined;
    readonly repeat: number | undefined;
    readonly rules: string | undefined;
    readonly allowGaps: boolean;
    readonly deadline: number | undefined;
  };
};

/** The work of `bisect`. */
export async function runBisect(ctx: Context, input: BisectInput): Promise<ExitCode> {
  const { options } = input;
  const path = await resolveTrace(input.args.trace, ctx.cwd, ctx.paths);
  if (options.ops) return await runBisectOps(ctx, path, options);
  const fsName = recordedName(path, options.allowGaps);
  const versions = await bisectVersionList(ctx, options, fsName);
  const known: ReadonlyMap<string, LogEntry> =
    options.replayLog === undefined ? new Map() : parseLog(await readFile(resolve(ctx.cwd, options.replayLog), 'utf8'));
  const log = await startLog(ctx, options.log, path, versions);
  const judges = await makeJudge(ctx, path, options);
  let outcome: BisectOutcome;
  try {
    outcome = await bisectVersions({
      versions,
      judge: judges.judge,
      learn: (good, bad) => checkEnds(versions, good, bad, judges.replay),
      known,
      repeat: options.repeat ?? 1,
      signal: ctx.signal,
      onVerdict: async (version, judgement, remaining) => {
        ctx.talk.progress('');
        ctx.talk.note(verdictText(ctx, version, judgement, remaining));
        await appendFile(log, logLine({ id: version.id, ...judgement }));
      },
    });
  } finally {
    await judges.judge.close();
  }
  if (ctx.flags.json) await ctx.out.json(bisectDocument(outcome, versions, log));
  else {
    const shown = (file: string) => shellWord(shownPath(file, ctx.cwd));
    const repo = options.repo === undefined ? undefined : shellWord(options.repo);
    const words = { log: shown(log), trace: shown(path), fsName, repo };
    for (const line of bisectLines(outcome, words, ctx.out.style)) await ctx.out.line(line);
  }
  return outcome.kind === 'found' ? EXIT.ok : outcome.kind === 'ends' ? EXIT.diverged : EXIT.skip;
}

function recordedName(path: string, allowGaps: boolean): string {
  const trace = TraceFile.open(path, { allowDamage: allowGaps });
  try {
    return trace.header.module?.fsName ?? '';
  } finally {
    trace.close();
  }
}

async function makeJudge(
  ctx: Context,
  trace: string,
  options: BisectInput['options'],
): Promise<{ readonly judge: Judge; readonly replay: ReplayJudge | undefined }> {
  if (options.run !== undefined) {
    return { judge: commandJudge(options.run, trace, surroundingsOf(ctx), ctx.signal), replay: undefined };
  }
  const judge = new ReplayJudge(surroundingsOf(ctx), {
    trace,
    allowGaps: options.allowGaps,
    rules: options.rules === undefined ? undefined : await readFile(resolve(ctx.cwd, options.rules), 'utf8'),
    deadlineMs: options.deadline,
    signal: ctx.signal,
    onProgress: (seq, total) => ctx.talk.progress(`replaying: op ${formatCount(seq)} of ${formatCount(total)}`),
  });
  return { judge, replay: judge };
}

/** Why there is nothing to bisect, or undefined. The replay judge learns here what tells the ends apart. */
function checkEnds(
  versions: readonly Version[],
  good: Judgement,
  bad: Judgement,
  judge: ReplayJudge | undefined,
): string | undefined {
  const [goodName, badName] = [versions[0], versions.at(-1)].map((version) => shortId(version?.id ?? ''));
  if (good.verdict !== 'good') {
    const swapped =
      bad.verdict === 'good'
        ? `; ${badName} gives the recorded answers: the trace was recorded with the fault, so record it again with ${goodName}`
        : '';
    return `the good version ${goodName} is ${said(good.verdict)}: ${good.why}${swapped}`;
  }
  if (bad.verdict === 'skip') return `the bad version ${badName} cannot be judged: ${bad.why}`;
  if (judge !== undefined && good.outcome !== undefined && bad.outcome !== undefined) {
    if (judge.learn(good.outcome, bad.outcome)) return undefined;
    return `the bad version ${badName} is good: the same answers, tree and device as ${goodName}`;
  }
  return bad.verdict === 'good' ? `the bad version ${badName} is good: ${bad.why}` : undefined;
}

function said(verdict: Judgement['verdict']): string {
  return verdict === 'skip' ? 'not to be judged' : verdict;
}

async function startLog(ctx: Context, given: string | undefined, trace: string, versions: readonly Version[]) {
  const stamp = new Date(Number(ctx.now() / 1_000_000n)).toISOString().replaceAll(/[-:]|\..*/g, '');
  const path =
    given === undefined
      ? join(ctx.paths.state, 'bisect', `${basename(trace, '.btr')}-${stamp}.log`)
      : resolve(ctx.cwd, given);
  await makeFolder(dirname(path));
  const about = {
    trace,
    good: versions[0]?.id ?? '',
    bad: versions.at(-1)?.id ?? '',
    versions: String(versions.length),
  };
  await writeFile(path, logHead(about));
  return path;
}

function verdictText(ctx: Context, version: Version, { verdict, why }: Judgement, remaining: number): string {
  const { style } = ctx.talk;
  const painted = { good: style.good('good'), bad: style.bad('bad '), skip: style.warn('skip') }[verdict];
  const subject = version.subject === '' ? '' : ` ${version.subject}`;
  const left = remaining > 0 ? style.dim(` (${formatPlural(remaining, 'version')} not judged)`) : '';
  return `${painted} ${shortId(version.id)}${subject}: ${why}${left}`;
}

/** A commit's hash as git shortens it; other names stay whole. */
function shortId(id: string): string {
  return /^[0-9a-f]{40,64}$/.test(id) ? id.slice(0, 12) : id;
}
