// SPDX-License-Identifier: MIT OR Apache-2.0

import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { DecodedChunk } from './decoded-chunk.js';
import { OpStatistics, type OpStats } from './op-stats.js';
import { panicText } from './record-text.js';
import type { TraceFile } from './trace-file.js';

/** What a walk over a whole trace counts. */
export type TraceSummary = {
  readonly ops: bigint;
  readonly gaps: number;
  /** Ops that the gaps stand for. */
  readonly dropped: bigint;
  readonly chunks: number;
  /** Bytes of the file. */
  readonly bytes: bigint;
  /** Bytes of all payloads once decompressed, and of all chunks as stored. */
  readonly rawBytes: bigint;
  readonly storedBytes: bigint;
  /** Bytes of payloads that are contents (blobs, blocks, checkpoints), not ops. */
  readonly contentBytes: bigint;
  /** What the module crashed of, in words. */
  readonly crash: string | undefined;
  readonly records: Readonly<Record<string, number>>;
  readonly threads: number;
  /** Begin of the first op and end of the last one to end, nanoseconds since 1970; undefined without ops. */
  readonly span: { readonly begin: bigint; readonly end: bigint } | undefined;
  readonly byOp: readonly OpStats[];
};

export type SummaryOptions = {
  readonly signal?: AbortSignal;
  /** Called after each chunk with the ops seen so far. */
  readonly onProgress?: (ops: bigint) => void;
};

/** Walks a trace once; memory does not grow with it. */
export async function summarize(trace: TraceFile, options: SummaryOptions = {}): Promise<TraceSummary> {
  const walk = new Walk();
  for (let number = 0; number < trace.chunks.length; number++) {
    options.signal?.throwIfAborted();
    const chunk = trace.chunkIfWhole(number);
    if (chunk !== undefined) walk.add(chunk);
    options.onProgress?.(BigInt(walk.statistics.ops));
    await yieldToOthers();
  }
  return walk.result(trace);
}

const CONTENT: ReadonlySet<string> = new Set(['blob', 'block', 'checkpoint']);

class Walk {
  readonly statistics = new OpStatistics();
  readonly #records = new Map<string, number>();
  #dropped = 0n;
  #rawBytes = 0n;
  #storedBytes = 0n;
  #contentBytes = 0n;
  #crash: string | undefined;
  #begin: bigint | undefined;
  #end = 0n;

  add(chunk: DecodedChunk): void {
    this.statistics.add(chunk);
    this.#rawBytes += BigInt(chunk.rawBytes);
    this.#storedBytes += BigInt(chunk.storedBytes);
    for (let index = 0; index < chunk.count; index++) {
      const start = chunk.started(index);
      const stop = chunk.heads.ended[index] as bigint;
      if (this.#begin === undefined || start < this.#begin) this.#begin = start;
      if (stop > this.#end) this.#end = stop;
    }
    for (const { record, size } of chunk.others()) {
      const kind = record.kind?.kind ?? 'unknown';
      this.#records.set(kind, (this.#records.get(kind) ?? 0) + 1);
      if (CONTENT.has(kind)) this.#contentBytes += BigInt(size);
      if (record.kind?.kind === 'gap') this.#dropped += record.kind.value.dropped;
      if (record.kind?.kind === 'panic') this.#crash ??= panicText(record.kind.value);
    }
  }

  result(trace: TraceFile): TraceSummary {
    return {
      ops: BigInt(this.statistics.ops),
      gaps: this.#records.get('gap') ?? 0,
      dropped: this.#dropped,
      chunks: trace.chunks.length,
      bytes: BigInt(trace.size),
      rawBytes: this.#rawBytes,
      storedBytes: this.#storedBytes,
      contentBytes: this.#contentBytes,
      crash: this.#crash,
      records: Object.fromEntries(this.#records),
      threads: this.statistics.threads,
      span: this.#begin === undefined ? undefined : { begin: this.#begin, end: this.#end },
      byOp: this.statistics.rows(),
    };
  }
}
