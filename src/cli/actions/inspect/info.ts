// SPDX-License-Identifier: MIT OR Apache-2.0

import { EXIT, type ExitCode } from '../../../base/exit-codes.js';
import { escapeControl, formatBytes, formatCount, formatName, formatPercent } from '../../../base/format.js';
import type { JsonValue } from '../../../base/json.js';
import { formatDuration, formatWallClock, ratePerSecond } from '../../../base/time.js';
import { jsonDocument } from '../../../report/json-document.js';
import { type ByteShare, byteShares } from '../../../trace/byte-shares.js';
import { headerWords, uuidText } from '../../../trace/header-facts.js';
import { bytesJson } from '../../../trace/op-json.js';
import type { OpStats } from '../../../trace/op-stats.js';
import { lossCauseText } from '../../../trace/record-text.js';
import { summarize, type TraceSummary } from '../../../trace/summary.js';
import type { TraceFile } from '../../../trace/trace-file.js';
import type { Context } from '../../context.js';
import { withTrace } from './open.js';

export type InfoInput = {
  readonly args: { readonly trace: string | undefined };
  readonly options: { readonly allowGaps: boolean; readonly bytes: boolean };
};

/** The work of `info`. */
export async function runInfo(ctx: Context, { args, options }: InfoInput): Promise<ExitCode> {
  return withTrace(ctx, args.trace, options.allowGaps, async (trace) => {
    const summary = await summarize(trace, {
      signal: ctx.signal,
      onProgress: (ops) => ctx.talk.progress(`reading: op ${formatCount(ops)} of ${formatCount(trace.ops)}`),
    });
    ctx.talk.progress('');
    const shares = options.bytes ? await byteShares(trace, ctx.signal) : undefined;
    if (ctx.flags.json) await ctx.out.json(infoDocument(trace, summary, shares));
    else await tell(ctx, trace, summary, shares);
    return EXIT.ok;
  });
}

function infoDocument(
  trace: TraceFile,
  summary: TraceSummary,
  shares: readonly ByteShare[] | undefined,
): ReturnType<typeof jsonDocument> {
  const { header, index } = trace;
  const words = headerWords(header);
  return jsonDocument('bento-rr/info@1', {
    path: trace.name,
    complete: trace.complete,
    warnings: trace.warnings.map((warning) => warning.message),
    format: `${header.formatMajor}.${header.formatMinor}`,
    uuid: uuidText(header.uuid),
    recordedBy: header.recordedBy,
    source: words.source,
    kernelRelease: header.kernelRelease,
    startRealtimeNs: header.startRealtimeNs,
    endRealtimeNs: index?.endRealtimeNs ?? null,
    clock: header.clock,
    mountOptions: header.mountOptions,
    fsOptions: header.fsOptions,
    module: moduleJson(trace),
    device: header.device === undefined ? null : { blockSize: header.device.blockSize, blocks: header.device.blocks },
    dropPolicy: words.dropPolicy,
    dataPolicy: words.dataPolicy,
    origin: words.origin,
    usualTtlNs: header.usualTtlNs,
    command: header.command.map(bytesJson),
    ops: summary.ops,
    gaps: summary.gaps,
    dropped: summary.dropped,
    filtered: index?.account?.filtered ?? null,
    offered: index?.account?.offered ?? null,
    loss: (index?.loss ?? []).map((loss) => ({ cause: lossCauseText(loss.cause), cpu: loss.cpu, ops: loss.ops })),
    chunks: summary.chunks,
    bytes: summary.bytes,
    rawBytes: summary.rawBytes,
    storedBytes: summary.storedBytes,
    contentBytes: summary.contentBytes,
    // Without contents: what it costs to record that an op took place.
    rawBytesPerOp: perOp(summary.rawBytes - summary.contentBytes, summary.ops),
    storedBytesPerOp: perOp(summary.storedBytes, summary.ops),
    threads: summary.threads,
    spanNs: summary.span === undefined ? 0n : summary.span.end - summary.span.begin,
    crash: summary.crash ?? null,
    records: summary.records,
    byOp: summary.byOp.map((row) => ({ ...row })),
    ...(shares === undefined ? {} : { byteShares: shares.map((row) => ({ ...row })) }),
  });
}

function moduleJson({ header }: TraceFile): JsonValue {
  const { module } = header;
  if (module === undefined) return null;
  return {
    fsName: module.fsName,
    buildId: Buffer.from(module.buildId).toString('hex'),
    sourceRevision: module.sourceRevision,
    abi: `${module.abiMajor}.${module.abiMinor}`,
    stateSchema: module.stateSchema,
    lockClasses: module.lockClass,
  };
}

async function tell(
  ctx: Context,
  trace: TraceFile,
  summary: TraceSummary,
  shares: readonly ByteShare[] | undefined,
): Promise<void> {
  const lines = facts(trace, summary).filter(([, value]) => value !== '');
  await ctx.out.table(
    [{ title: '' }, { title: '' }],
    lines.map(([name, value]) => [ctx.out.style.dim(name), value]),
  );
  if (summary.byOp.length > 0) await tellOps(ctx, summary);
  if (shares !== undefined) await tellBytes(ctx, summary, shares);
}

const right = { align: 'right' } as const;

async function tellOps(ctx: Context, summary: TraceSummary): Promise<void> {
  await ctx.out.line();
  const titles = ['count', 'share', 'errors', 'p50', 'p99', 'p99.9', 'max'].map((title) => ({ title, ...right }));
  await ctx.out.table(
    [{ title: 'op' }, ...titles],
    summary.byOp.map((row) => statsCells(row, summary.ops)),
  );
}

async function tellBytes(ctx: Context, { ops, rawBytes }: TraceSummary, shares: readonly ByteShare[]): Promise<void> {
  await ctx.out.line();
  const titles = ['count', 'bytes', 'share', 'an op'].map((title) => ({ title, ...right }));
  await ctx.out.table(
    [{ title: 'before compression' }, ...titles],
    shares.map(({ part, count, bytes }) => [
      ...[part, count === 0 ? '' : formatCount(count), formatBytes(bytes)],
      ...[formatPercent(bytes, Number(rawBytes)), ops === 0n ? '' : (bytes / Number(ops)).toFixed(2)],
    ]),
  );
}

function statsCells(row: OpStats, ops: bigint): readonly string[] {
  const spans = [row.p50, row.p99, row.p999, row.max].map(formatDuration);
  const errors = row.errors === 0 ? '' : formatCount(row.errors);
  return [row.name, formatCount(row.count), formatPercent(row.count, Number(ops)), errors, ...spans];
}

function facts(trace: TraceFile, summary: TraceSummary): readonly (readonly [string, string])[] {
  const { header } = trace;
  const words = headerWords(header);
  const { module, device } = header;
  const span = summary.span === undefined ? 0n : summary.span.end - summary.span.begin;
  const revision =
    module === undefined || module.sourceRevision === '' ? '' : ` at ${escapeControl(module.sourceRevision)}`;
  return [
    ['trace', trace.name],
    ['command', header.command.map(formatName).join(' ')],
    [
      'recorded',
      `${formatWallClock(header.startRealtimeNs)} by ${escapeControl(header.recordedBy)} (${words.source}), kernel ${escapeControl(header.kernelRelease)}`,
    ],
    [
      'module',
      module === undefined
        ? ''
        : `${escapeControl(module.fsName)}${revision}, build ${Buffer.from(module.buildId).toString('hex')}, ABI ${module.abiMajor}.${module.abiMinor}, state schema ${module.stateSchema}`,
    ],
    [
      'device',
      device === undefined || device.blockSize === 0
        ? 'none'
        : `${formatCount(device.blocks)} blocks of ${formatBytes(device.blockSize)}`,
    ],
    ['mount', escapeControl(header.mountOptions)],
    ['options', escapeControl(header.fsOptions)],
    ['begins', `at ${words.origin}; ${words.dropPolicy} policy; data ${words.dataPolicy}`],
    [
      'ops',
      `${formatCount(summary.ops)} by ${formatCount(summary.threads)} threads in ${formatDuration(span)} (${formatCount(ratePerSecond(summary.ops, span))}/s)`,
    ],
    ['loss', lossText(trace, summary)],
    ['crashed', summary.crash ?? ''],
    [
      'size',
      `${formatBytes(summary.bytes)} in ${formatCount(summary.chunks)} chunks; an op takes ${perOp(summary.rawBytes - summary.contentBytes, summary.ops).toFixed(1)} bytes raw, with contents ${perOp(summary.rawBytes, summary.ops).toFixed(1)}, stored ${perOp(summary.storedBytes, summary.ops).toFixed(1)}`,
    ],
    [
      'other',
      Object.entries(summary.records)
        .map(([kind, count]) => `${formatCount(count)} ${kind}`)
        .join(', '),
    ],
    ['format', `${header.formatMajor}.${header.formatMinor}, ${trace.complete ? 'complete' : 'not finished'}`],
  ];
}

function lossText(trace: TraceFile, summary: TraceSummary): string {
  const causes = (trace.index?.loss ?? []).map((loss) => `${lossCauseText(loss.cause)}: ${formatCount(loss.ops)}`);
  const filtered = trace.index?.account?.filtered ?? 0n;
  const why = causes.length === 0 ? '' : ` (${causes.join(', ')})`;
  const left = filtered === 0n ? '' : `; ${formatCount(filtered)} filtered`;
  return summary.gaps === 0 && summary.dropped === 0n
    ? `none${left}`
    : `${formatCount(summary.dropped)} ops in ${formatCount(summary.gaps)} gaps${why}${left}`;
}

/** Bytes an op, to three places. */
function perOp(bytes: bigint, ops: bigint): number {
  return ops === 0n ? 0 : Math.round((Number(bytes) / Number(ops)) * 1000) / 1000;
}
