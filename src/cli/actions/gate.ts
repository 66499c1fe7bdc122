// SPDX-License-Identifier: MIT OR Apache-2.0

import { readFile, writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { EXIT, type ExitCode } from '../../base/exit-codes.js';
import { type Canary, flyCanary } from '../../gate/canary.js';
import { gateChecks } from '../../gate/gate.js';
import { resolveModule } from '../../host/modules/resolve-module.js';
import { gateDocument, gateJunit, gateLines, gateVerdict } from '../../report/gate-report.js';
import type { Context } from '../context.js';
import { resolveTrace } from '../paths.js';
import { buildOptions, surroundingsOf } from '../surroundings.js';
import { repoOf, required } from './given.js';

export type GateInput = {
  readonly args: { readonly trace: readonly string[] };
  readonly options: {
    readonly from: string | undefined;
    readonly to: string | undefined;
    readonly points: number | undefined;
    readonly fsOptions: string | undefined;
    readonly blockSize: number | undefined;
    readonly junit: string | undefined;
    readonly rules: string | undefined;
    readonly deadline: number | undefined;
    readonly repo: string | undefined;
  };
};

/** The work of `gate`. */
export async function runGate(ctx: Context, { args, options }: GateInput): Promise<ExitCode> {
  const names = { from: required(options.from, 'from'), to: required(options.to, 'to') };
  const given = args.trace.length === 0 ? [undefined] : args.trace;
  const traces = await Promise.all(given.map((trace) => resolveTrace(trace, ctx.cwd, ctx.paths)));
  const around = surroundingsOf(ctx);
  const build = { ...buildOptions(ctx), repo: repoOf(ctx, options.repo) };
  const from = (await resolveModule(names.from, around, build)).path;
  const to = (await resolveModule(names.to, around, build)).path;
  const rules = options.rules === undefined ? undefined : await readFile(resolve(ctx.cwd, options.rules), 'utf8');
  const common = { rules, deadlineMs: options.deadline, signal: ctx.signal };
  const startNs = ctx.now();
  const checks = await gateChecks(around, {
    ...common,
    traces,
    from,
    to,
    points: options.points ?? 4,
    expected: { fsOptions: options.fsOptions, blockSize: options.blockSize },
    monotonic: ctx.monotonic,
    onProgress: (what) => ctx.talk.progress(`gate: ${what}`),
  });
  ctx.talk.progress('gate: canary');
  // On a trace that the old version explains: only there does an altered answer stand out.
  const explained = traces.find((trace) =>
    checks.some(
      (check) => check.trace === trace && check.name.startsWith('replay on the old') && check.verdict === 'pass',
    ),
  );
  const canary: Canary | undefined =
    explained === undefined ? undefined : await flyCanary(around, { ...common, trace: explained, module: from });
  ctx.talk.progress('');
  const report = { ...names, checks, canary, startNs };
  if (options.junit !== undefined) await writeFile(resolve(ctx.cwd, options.junit), gateJunit(report));
  if (ctx.flags.json) await ctx.out.json(gateDocument(report));
  else for (const line of gateLines(report, ctx.out.style)) await ctx.out.line(line);
  const verdict = gateVerdict(report);
  annotate(
    ctx,
    report.checks.filter((check) => check.verdict !== 'pass'),
  );
  return verdict === 'pass' ? EXIT.ok : EXIT.diverged;
}

/** GitHub shows these beside the change; they are talk, not data, so they go to stderr, which it reads as well. */
function annotate(
  ctx: Context,
  failed: readonly { readonly name: string; readonly trace: string; readonly detail: string }[],
): void {
  if (ctx.env.GITHUB_ACTIONS !== 'true') return;
  const escaped = (text: string) => text.replaceAll('%', '%25').replaceAll('\n', '%0A');
  for (const { name, trace, detail } of failed) {
    ctx.talk.error(`::error title=gate: ${escaped(name)} (${escaped(basename(trace))})::${escaped(detail)}`);
  }
}
