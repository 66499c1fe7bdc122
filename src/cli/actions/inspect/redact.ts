// SPDX-License-Identifier: MIT OR Apache-2.0

import { randomBytes } from 'node:crypto';
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../../../base/errors.js';
import { EXIT, type ExitCode } from '../../../base/exit-codes.js';
import { formatCount, formatPlural } from '../../../base/format.js';
import { jsonDocument } from '../../../report/json-document.js';
import { type RedactResult, redactTrace } from '../../../trace/redact/redact.js';
import type { TraceFile } from '../../../trace/trace-file.js';
import type { Context } from '../../context.js';
import { shownPath } from '../../surroundings.js';
import { withTrace } from './open.js';
import { outputTrouble, refuseExisting } from './output-file.js';

export type RedactInput = {
  readonly args: { readonly trace: string | undefined };
  readonly options: { readonly output: string | undefined; readonly allowGaps: boolean };
};

/** The work of `redact`. */
export async function runRedact(ctx: Context, { args, options }: RedactInput): Promise<ExitCode> {
  if (options.output === undefined) throw new UsageError('where should the copy go?', { hint: 'add -o FILE.btr' });
  const output = resolve(ctx.cwd, options.output);
  await refuseExisting(output);
  return withTrace(ctx, args.trace, options.allowGaps, async (trace) => {
    const result = await writeCopy(ctx, trace, output);
    ctx.talk.progress('');
    if (ctx.flags.json) {
      const { ops, leftOut, notReplayable } = result;
      await ctx.out.json(
        jsonDocument('bento-rr/redact@1', {
          path: output,
          ops,
          leftOut,
          replayable: notReplayable === undefined,
          why: notReplayable,
        }),
      );
    } else await tell(ctx, output, result);
    return EXIT.ok;
  });
}

async function writeCopy(ctx: Context, trace: TraceFile, output: string): Promise<RedactResult> {
  const beside = `${output}.part`;
  let fd: number | undefined;
  try {
    const file = openSync(beside, 'w', 0o600);
    fd = file;
    const result = await redactTrace(
      trace,
      { write: (bytes) => writeAll(file, bytes) },
      {
        secret: randomBytes(32),
        uuid: randomBytes(16),
        signal: ctx.signal,
        onProgress: (part, done) =>
          ctx.talk.progress(
            `${part === 'names' ? 'collecting names' : 'writing'}: op ${formatCount(done)} of ${formatCount(trace.ops)}`,
          ),
      },
    );
    renameSync(beside, output);
    return result;
  } catch (error) {
    rmSync(beside, { force: true });
    throw outputTrouble(output, error);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.byteLength; ) done += writeSync(fd, bytes, done);
}

async function tell(ctx: Context, output: string, result: RedactResult): Promise<void> {
  const leftOut = Object.entries(result.leftOut).map(([kind, count]) => formatPlural(count, kind));
  await ctx.out.line(
    `${shownPath(output, ctx.cwd)}: ${formatPlural(result.ops, 'op')}${leftOut.length === 0 ? '' : `; left out: ${leftOut.join(', ')}`}`,
  );
  if (result.notReplayable !== undefined) ctx.talk.warn(`the copy cannot be replayed: ${result.notReplayable}`);
}
