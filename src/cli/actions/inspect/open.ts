// SPDX-License-Identifier: MIT OR Apache-2.0

import { type Filter, parseFilter } from '../../../trace/filter/filter.js';
import { PathResolver } from '../../../trace/paths.js';
import { TraceFile } from '../../../trace/trace-file.js';
import type { Context } from '../../context.js';
import { resolveTrace } from '../../paths.js';

/** Opens the trace that an argument means, says its warnings, and closes it afterwards. */
export async function withTrace<T>(
  ctx: Context,
  given: string | undefined,
  allowGaps: boolean,
  work: (trace: TraceFile) => Promise<T>,
): Promise<T> {
  const trace = TraceFile.open(await resolveTrace(given, ctx.cwd, ctx.paths), { allowDamage: allowGaps });
  let said = 0;
  const sayWarnings = (): void => {
    for (const warning of trace.warnings.slice(said)) ctx.talk.warn(`${trace.name}: ${warning.message}`);
    said = trace.warnings.length;
  };
  try {
    sayWarnings();
    return await work(trace);
  } finally {
    // Damage inside a chunk shows only when it is read.
    sayWarnings();
    trace.close();
  }
}

/** The filter of an option, understood with the trace's own begin. */
export function filterOption(trace: TraceFile, text: string | undefined): Filter | undefined {
  return text === undefined ? undefined : parseFilter(text, trace.header.startRealtimeNs);
}

/** Paths cost a pass over all ops before the first one shown: taken when there are few of them, or a filter asks. */
export function pathsFor(
  trace: TraceFile,
  from: bigint | undefined,
  filter: Filter | undefined,
): PathResolver | undefined {
  const skipped = (from ?? trace.firstSeq) - trace.firstSeq;
  return filter?.usesPaths === true || skipped <= 2_000_000n ? new PathResolver(trace) : undefined;
}
