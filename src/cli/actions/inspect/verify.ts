// SPDX-License-Identifier: MIT OR Apache-2.0

import { EXIT, type ExitCode } from '../../../base/exit-codes.js';
import { formatCount, formatPlural } from '../../../base/format.js';
import { jsonDocument } from '../../../report/json-document.js';
import { TraceFile } from '../../../trace/trace-file.js';
import { type Verdict, verifyTrace } from '../../../trace/verify.js';
import type { Context } from '../../context.js';
import { resolveTrace } from '../../paths.js';

export type VerifyInput = { readonly args: { readonly trace: string | undefined }; readonly options: object };

/** The work of `verify`. Damage is its result, not a reason to stop. */
export async function runVerify(ctx: Context, { args }: VerifyInput): Promise<ExitCode> {
  const trace = TraceFile.open(await resolveTrace(args.trace, ctx.cwd, ctx.paths), { allowDamage: true });
  try {
    const verdict = await verifyTrace(trace, ctx.signal);
    const good = verdict.problems.length === 0;
    if (ctx.flags.json) await ctx.out.json(verifyDocument(trace, verdict, good));
    else await tell(ctx, trace, verdict, good);
    return good ? EXIT.ok : EXIT.trace;
  } finally {
    trace.close();
  }
}

function verifyDocument(trace: TraceFile, verdict: Verdict, good: boolean): ReturnType<typeof jsonDocument> {
  const problems = verdict.problems.map(({ chunk, message }) => ({ chunk: chunk ?? null, message }));
  return jsonDocument('bento-rr/verify@1', {
    path: trace.name,
    verdict: good ? 'good' : 'bad',
    ops: verdict.ops,
    chunks: verdict.chunks,
    gaps: verdict.gaps,
    dropped: verdict.dropped,
    problems,
    cut: verdict.cut,
  });
}

async function tell(ctx: Context, trace: TraceFile, verdict: Verdict, good: boolean): Promise<void> {
  const { style } = ctx.out;
  const lines = verdict.problems.map(
    ({ chunk, message }) => `${style.bad('bad')}  ${chunk === undefined ? '' : `chunk ${chunk}: `}${message}`,
  );
  for (const text of lines) await ctx.out.line(text);
  if (verdict.cut) await ctx.out.line('more was found than is listed');
  const gaps =
    verdict.gaps === 0 ? 'no gaps' : `${formatPlural(verdict.gaps, 'gap')} of ${formatPlural(verdict.dropped, 'op')}`;
  const found = good ? style.good('good') : style.bad(formatPlural(verdict.problems.length, 'problem'));
  await ctx.out.line(
    `${trace.name}: ${found}: ${formatCount(verdict.ops)} ops in ${formatCount(verdict.chunks)} chunks, ${gaps}`,
  );
}
