// SPDX-License-Identifier: MIT OR Apache-2.0

import { UsageError } from '../../../base/errors.js';
import { EXIT, type ExitCode } from '../../../base/exit-codes.js';
import { toJson } from '../../../base/json.js';
import type { Style } from '../../../base/style.js';
import { formatOffset } from '../../../base/time.js';
import { jsonDocument } from '../../../report/json-document.js';
import { selectItems, type TraceItem } from '../../../trace/filter/select.js';
import { fieldLines, opFields } from '../../../trace/op-fields.js';
import { opJson } from '../../../trace/op-json.js';
import { opLine, type PathLookup } from '../../../trace/op-text.js';
import { recordLine } from '../../../trace/record-text.js';
import type { TraceFile } from '../../../trace/trace-file.js';
import type { Context } from '../../context.js';
import { parseCount } from '../../parsers.js';
import { filterOption, pathsFor, withTrace } from './open.js';
import type { SeqRange } from './seq-range.js';

export type DumpInput = {
  readonly args: { readonly trace: string | undefined };
  readonly options: {
    readonly seq: SeqRange | undefined;
    readonly filter: string | undefined;
    readonly fields: boolean;
    readonly ndjson: boolean;
    readonly limit: string | undefined;
    readonly allowGaps: boolean;
  };
};

/** The work of `dump`. */
export async function runDump(ctx: Context, { args, options }: DumpInput): Promise<ExitCode> {
  if (options.ndjson && options.fields) throw new UsageError('--ndjson and --fields exclude each other');
  return withTrace(ctx, args.trace, options.allowGaps, async (trace) => {
    const filter = filterOption(trace, options.filter);
    const { from, to } = options.seq ?? { from: undefined, to: undefined };
    const paths = pathsFor(trace, from, filter);
    const limit = options.limit === undefined ? Number.POSITIVE_INFINITY : parseCount(options.limit);
    const records = filter === undefined;
    const items = limited(selectItems({ trace, filter, from, to, paths, records, signal: ctx.signal }), limit);
    if (ctx.flags.json) await writeDocument(ctx, trace, items, paths);
    else if (options.ndjson) await writeAll(ctx, items, (item) => ndjsonLine(item, paths));
    else {
      const look = { trace, paths, style: ctx.out.style, width: String(trace.lastSeq).length };
      await ctx.out.page(textLines(items, (item) => (options.fields ? fieldText(item, look) : lineText(item, look))));
    }
    return EXIT.ok;
  });
}

type Look = {
  readonly trace: TraceFile;
  readonly paths: PathLookup | undefined;
  readonly style: Style;
  readonly width: number;
};

type Batches = AsyncIterable<readonly TraceItem[]>;

async function* limited(batches: Batches, limit: number): AsyncGenerator<readonly TraceItem[]> {
  let left = limit;
  for await (const batch of batches) {
    const kept = batch.filter((item) => (item.kind === 'record' ? left > 0 : left-- > 0));
    yield kept;
    if (left <= 0) return;
  }
}

async function* textLines(batches: Batches, text: (item: TraceItem) => readonly string[]): AsyncGenerator<string> {
  for await (const batch of batches) {
    // A batch is one write: a write for each line would double the time of a long dump.
    const lines = batch.flatMap(text);
    if (lines.length > 0) yield lines.join('\n');
  }
}

function lineText(item: TraceItem, { trace, paths, style, width }: Look): readonly string[] {
  if (item.kind === 'record') {
    const text = recordLine(item.record);
    return text === undefined ? [] : [`${' '.repeat(width)}  ${style.warn(`-- ${text}`)}`];
  }
  const { op } = item;
  const start = `${String(op.seq).padStart(width)}  ${formatOffset(op.started, trace.header.startRealtimeNs)}  t${op.thread}  `;
  const line = opLine(op, paths);
  return [style.dim(start) + (op.errno === 0 ? line : style.bad(line))];
}

function fieldText(item: TraceItem, { trace, paths, style }: Look): readonly string[] {
  if (item.kind === 'record') {
    const text = recordLine(item.record);
    return text === undefined ? [] : [style.warn(`-- ${text}`), ''];
  }
  return [...fieldLines(opFields(item.op, paths, trace.header.module?.lockClass ?? [])), ''];
}

function ndjsonLine(item: TraceItem, paths: PathLookup | undefined): string | undefined {
  if (item.kind === 'op') return toJson(opJson(item.op, paths), 0);
  const text = recordLine(item.record);
  return text === undefined ? undefined : toJson({ record: item.record.kind, after: item.after, text }, 0);
}

async function writeAll(ctx: Context, batches: Batches, text: (item: TraceItem) => string | undefined): Promise<void> {
  for await (const batch of batches) {
    const lines = batch.flatMap((item) => text(item) ?? []);
    if (lines.length > 0) await ctx.out.write(`${lines.join('\n')}\n`);
  }
}

/** One document, written as it is made: its list of ops may be longer than memory. */
async function writeDocument(
  ctx: Context,
  trace: TraceFile,
  batches: Batches,
  paths: PathLookup | undefined,
): Promise<void> {
  const head = toJson(
    jsonDocument('bento-rr/dump@1', { path: trace.name, startRealtimeNs: trace.header.startRealtimeNs }),
    0,
  );
  await ctx.out.write(`${head.slice(0, -1)},"ops":[`);
  let separator = '\n';
  for await (const batch of batches) {
    const lines = batch.flatMap((item) => (item.kind === 'op' ? [toJson(opJson(item.op, paths), 0)] : []));
    if (lines.length === 0) continue;
    await ctx.out.write(separator + lines.join(',\n'));
    separator = ',\n';
  }
  await ctx.out.write('\n]}\n');
}
