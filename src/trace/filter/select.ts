// SPDX-License-Identifier: MIT OR Apache-2.0

import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { resolveOp, type TraceOp } from '../op.js';
import type { PathResolver } from '../paths.js';
import type { TraceFile } from '../trace-file.js';
import type { Filter } from './filter.js';
import type { FilterContext } from './terms.js';

export type Selection = {
  readonly trace: TraceFile;
  readonly filter?: Filter | undefined;
  readonly from?: bigint;
  readonly to?: bigint;
  /** Kept up with the ops when given; a filter that asks for paths needs it. */
  readonly paths?: PathResolver | undefined;
  readonly signal?: AbortSignal;
};

/** Whole ops take a kilobyte and more: so many are held at once, however large a chunk is. */
const BATCH = 1024;

/** The ops that a filter lets through, in batches of bounded size. */
export async function* selectOps(selection: Selection): AsyncGenerator<readonly TraceOp[]> {
  const { trace, filter, paths, signal, from = trace.firstSeq, to = trace.lastSeq } = selection;
  const context: FilterContext = { startNs: trace.header.startRealtimeNs, ...(paths === undefined ? {} : { paths }) };
  for (let number = trace.firstChunkFrom(from); number < trace.chunks.length; number++) {
    signal?.throwIfAborted();
    const place = trace.chunks[number];
    if (place === undefined || place.firstSeq > to) return;
    paths?.advance(place.lastSeq < to ? place.lastSeq : to);
    const chunk = trace.chunkIfWhole(number);
    if (chunk === undefined) continue;
    let batch: TraceOp[] = [];
    const first = from > chunk.firstSeq ? Number(from - chunk.firstSeq) : 0;
    const last = to < place.lastSeq ? Number(to - chunk.firstSeq) : chunk.count - 1;
    for (let index = first; index <= last; index++) {
      const known = filter === undefined ? true : filter.head(chunk, index, context);
      if (known === false) continue;
      const op = resolveOp(chunk, index, trace.header.usualTtlNs);
      if (known === true || filter?.matches(op, context) === true) batch.push(op);
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
    // A long trace must leave room for signals, a closed pipe and the screen.
    await yieldToOthers();
  }
}
