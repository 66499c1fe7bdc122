// SPDX-License-Identifier: MIT OR Apache-2.0

import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { Ns, Seq } from '../../base/ids.js';
import type { Record as TraceRecord } from '../../proto/gen/trace.js';
import type { DecodedChunk } from '../decoded-chunk.js';
import { resolveOp, type TraceOp } from '../op.js';
import type { PathResolver } from '../paths.js';
import type { TraceFile } from '../trace-file.js';
import type { Filter } from './filter.js';
import type { FilterContext } from './terms.js';

export type Selection = {
  readonly trace: TraceFile;
  readonly filter?: Filter | undefined;
  readonly from?: bigint | undefined;
  readonly to?: bigint | undefined;
  /** Kept up with the ops when given; a filter that asks for paths needs it. */
  readonly paths?: PathResolver | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Also give the records between the ops: gaps, marks, upgrades. */
  readonly records?: boolean | undefined;
};

/** An op, or a record that stands between two. */
export type TraceItem =
  | { readonly kind: 'op'; readonly op: TraceOp }
  | {
      readonly kind: 'record';
      readonly record: NonNullable<TraceRecord['kind']>;
      /** The op before it; 0 before the first. */
      readonly after: Seq;
      /** Begin of that op, or of its chunk. */
      readonly time: Ns;
    };

/** Whole ops take a kilobyte and more: so many are held at once, however large a chunk is. */
const BATCH = 1024;

/** The ops that a filter lets through, in batches of bounded size. */
export async function* selectOps(selection: Omit<Selection, 'records'>): AsyncGenerator<readonly TraceOp[]> {
  for await (const batch of selectItems(selection))
    yield batch.flatMap((item) => (item.kind === 'op' ? [item.op] : []));
}

/** The ops that a filter lets through and, when asked for, what stands between them, in batches of bounded size. */
export async function* selectItems(selection: Selection): AsyncGenerator<readonly TraceItem[]> {
  const { trace, paths, from = trace.firstSeq, to = trace.lastSeq } = selection;
  // What ended before the first op may stand in chunks without ops, too.
  for (let number = trace.firstChunkFrom(from - 1n); number < trace.chunks.length; number++) {
    selection.signal?.throwIfAborted();
    const place = trace.chunks[number];
    // What ended after the last op may stand in a chunk without ops.
    if (place === undefined || place.firstSeq > to + 1n) return;
    paths?.advance(place.lastSeq < to ? place.lastSeq : to);
    const chunk = trace.chunkIfWhole(number);
    if (chunk === undefined) continue;
    let batch: TraceItem[] = [];
    for (const item of chunkItems(chunk, selection, from, to)) {
      if (batch.push(item) < BATCH) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
    // A long trace must leave room for signals, a closed pipe and the screen.
    await yieldToOthers();
  }
}

function* chunkItems(chunk: DecodedChunk, selection: Selection, from: bigint, to: bigint): Generator<TraceItem> {
  const { trace, filter, paths } = selection;
  const context: FilterContext = { startNs: trace.header.startRealtimeNs, ...(paths === undefined ? {} : { paths }) };
  const others = selection.records === true ? [...chunk.others()] : [];
  let other = 0;
  const recordsBefore = function* (index: number): Generator<TraceItem> {
    for (; other < others.length && (others[other]?.opsBefore ?? 0) <= index; other++) {
      const kind = others[other]?.record.kind;
      const after = (chunk.firstSeq + BigInt(index) - 1n) as Seq;
      if (kind !== undefined && after + 1n >= from && after <= to) {
        yield { kind: 'record', record: kind, after, time: (chunk.heads.ended[Math.max(0, index - 1)] ?? 0n) as Ns };
      }
    }
  };
  for (let index = 0; index < chunk.count; index++) {
    yield* recordsBefore(index);
    const seq = chunk.firstSeq + BigInt(index);
    if (seq < from || seq > to) continue;
    const known = filter === undefined ? true : filter.head(chunk, index, context);
    if (known === false) continue;
    const op = resolveOp(chunk, index, trace.header);
    if (known === true || filter?.matches(op, context) === true) yield { kind: 'op', op };
  }
  yield* recordsBefore(chunk.count);
}
