// SPDX-License-Identifier: MIT OR Apache-2.0

import type { TraceFile } from '../../trace/trace-file.js';

/** Ops missing just before each op of a trace, found chunk by chunk as the ops are looked at. */
export class Gaps {
  readonly #trace: TraceFile;
  /** By chunk: missing before the op at an index; the count of ops as index is "after the last". */
  readonly #known = new Map<number, ReadonlyMap<number, bigint>>();

  constructor(trace: TraceFile) {
    this.#trace = trace;
  }

  before(seq: bigint, chunkNumber: number): bigint {
    const place = this.#trace.chunks[chunkNumber];
    if (place === undefined) return 0n;
    const index = Number(seq - place.firstSeq);
    const own = this.#in(chunkNumber).get(index) ?? 0n;
    if (index > 0) return own;
    const previous = this.#trace.chunks[chunkNumber - 1];
    if (previous === undefined) return own;
    // Recorded at the end of the chunk before, or lost with a damaged one.
    const trailing = this.#in(chunkNumber - 1).get(Number(previous.lastSeq - previous.firstSeq) + 1) ?? 0n;
    return own + trailing + (place.firstSeq - previous.lastSeq - 1n);
  }

  #in(chunkNumber: number): ReadonlyMap<number, bigint> {
    const known = this.#known.get(chunkNumber);
    if (known !== undefined) return known;
    const gaps = new Map<number, bigint>();
    for (const { opsBefore, record } of this.#trace.chunkIfWhole(chunkNumber)?.others() ?? []) {
      if (record.kind?.kind !== 'gap') continue;
      gaps.set(opsBefore, (gaps.get(opsBefore) ?? 0n) + record.kind.value.dropped);
    }
    this.#known.set(chunkNumber, gaps);
    return gaps;
  }
}
