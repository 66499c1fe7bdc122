// SPDX-License-Identifier: MIT OR Apache-2.0

import { extname, resolve } from 'node:path';
import { UsageError } from '../../../base/errors.js';
import { EXIT, type ExitCode } from '../../../base/exit-codes.js';
import { toJson } from '../../../base/json.js';
import { chromeTrace } from '../../../report/chrome-trace.js';
import { csv } from '../../../report/csv.js';
import { perfettoTrace } from '../../../report/perfetto.js';
import { selectItems, type TraceItem } from '../../../trace/filter/select.js';
import { opJson } from '../../../trace/op-json.js';
import type { PathLookup } from '../../../trace/op-text.js';
import type { TraceFile } from '../../../trace/trace-file.js';
import type { Context } from '../../context.js';
import { filterOption, pathsFor, withTrace } from './open.js';
import { writeWhole } from './output-file.js';
import type { SeqRange } from './seq-range.js';

export type ExportFormat = 'perfetto' | 'chrome' | 'csv' | 'ndjson';

export type ExportInput = {
  readonly args: { readonly trace: string | undefined };
  readonly options: {
    readonly format: ExportFormat | undefined;
    readonly output: string | undefined;
    readonly seq: SeqRange | undefined;
    readonly filter: string | undefined;
    readonly allowGaps: boolean;
  };
};

const BY_EXTENSION: Readonly<Record<string, ExportFormat>> = {
  '.pftrace': 'perfetto',
  '.perfetto-trace': 'perfetto',
  '.json': 'chrome',
  '.csv': 'csv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
};

/** The work of `export`. */
export async function runExport(ctx: Context, { args, options }: ExportInput): Promise<ExitCode> {
  const output = options.output === '-' ? undefined : options.output;
  const format = options.format ?? formatOf(output);
  if (format === 'perfetto' && output === undefined && ctx.out.isTTY) {
    throw new UsageError('a Perfetto trace is binary and would garble the terminal', { hint: 'add -o FILE.pftrace' });
  }
  return withTrace(ctx, args.trace, options.allowGaps, async (trace) => {
    const filter = filterOption(trace, options.filter);
    const { from, to } = options.seq ?? { from: undefined, to: undefined };
    const paths = pathsFor(trace, from, filter);
    const items = selectItems({ trace, filter, from, to, paths, records: filter === undefined, signal: ctx.signal });
    const parts = render(format, items, trace, paths);
    if (output === undefined) for await (const part of parts) await ctx.out.write(part);
    else await writeWhole(resolve(ctx.cwd, output), parts);
    return EXIT.ok;
  });
}

function formatOf(output: string | undefined): ExportFormat {
  const format = output === undefined ? undefined : BY_EXTENSION[extname(output)];
  if (format !== undefined) return format;
  throw new UsageError('which format?', {
    why: output === undefined ? 'neither --format nor -o FILE is given' : `the name ${output} does not tell`,
    hint: 'add --format perfetto, chrome, csv or ndjson',
  });
}

function render(
  format: ExportFormat,
  items: AsyncIterable<readonly TraceItem[]>,
  trace: TraceFile,
  paths: PathLookup | undefined,
): AsyncIterable<string | Uint8Array> {
  const name = `${trace.header.module?.fsName ?? 'bento'} (${trace.name})`;
  const input = { name, startNs: trace.header.startRealtimeNs, paths };
  switch (format) {
    case 'perfetto':
      return perfettoTrace(items, input);
    case 'chrome':
      return chromeTrace(items, input);
    case 'csv':
      return csv(items, paths);
    case 'ndjson':
      return ndjson(items, paths);
  }
}

async function* ndjson(
  items: AsyncIterable<readonly TraceItem[]>,
  paths: PathLookup | undefined,
): AsyncGenerator<string> {
  for await (const batch of items) {
    yield batch.flatMap((item) => (item.kind === 'op' ? [`${toJson(opJson(item.op, paths), 0)}\n`] : [])).join('');
  }
}
