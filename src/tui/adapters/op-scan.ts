// SPDX-License-Identifier: MIT OR Apache-2.0

import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { Filter } from '../../trace/filter/filter.js';
import type { FilterContext } from '../../trace/filter/terms.js';
import { resolveOp, type TraceOp } from '../../trace/op.js';
import type { PathResolver } from '../../trace/paths.js';
import type { TraceFile } from '../../trace/trace-file.js';
import type { ScanOptions } from '../ports/trace-source.js';

/** Longest that keys wait for a scan, milliseconds. */
const SLICE_MS = 12;
/** Ops between two looks at the clock. */
const CLOCK_EVERY = 512;

export type Scan = {
  readonly trace: TraceFile;
  readonly paths: PathResolver;
  readonly filter: Filter | undefined;
  /** Going forward the first op looked at, going back the op after the first one looked at. */
  readonly from: bigint;
  readonly direction: 1 | -1;
  readonly count: number;
};

export type Scanned = {
  /** In the order of the trace. */
  readonly ops: readonly TraceOp[];
  /** The trace ended before `count` were found. */
  readonly ended: boolean;
};

/** The nearest `count` ops that fitTo, looking at no more of the trace than that takes. */
export async function scanOps(scan: Scan, options: ScanOptions): Promise<Scanned> {
  const { trace, direction, filter, count } = scan;
  const found: TraceOp[] = [];
  const pace = new Pace(options);
  const context: FilterContext = { startNs: trace.header.startRealtimeNs, paths: scan.paths };
  let number = direction === 1 ? trace.firstChunkFrom(scan.from) : lastChunkBefore(trace, scan.from);
  for (; number >= 0 && number < trace.chunks.length && found.length < count; number += direction) {
    const place = trace.chunks[number];
    if (place === undefined) break;
    if (filter?.usesPaths === true) await learnNames(scan.paths, place.lastSeq, pace);
    const chunk = trace.chunkIfWhole(number);
    if (chunk === undefined) continue;
    const [first, last] = ends(scan, chunk.firstSeq, chunk.count);
    for (let index = direction === 1 ? first : last; index >= first && index <= last; index += direction) {
      if (found.length >= count) break;
      if (pace.step()) await pace.rest();
      const known = filter === undefined ? true : filter.head(chunk, index, context);
      if (known === false) continue;
      const op = resolveOp(chunk, index, trace.header);
      if (known === true || filter?.matches(op, context) === true) found.push(op);
    }
  }
  options.signal.throwIfAborted();
  if (direction === -1) found.reverse();
  return { ops: found, ended: found.length < count };
}

/** Learns the names of all ops up to one, without holding up the screen. */
export async function learnNames(paths: PathResolver, to: bigint, pace: Pace): Promise<void> {
  while (!paths.advance(to, 1)) await pace.rest();
}

/** Takes turns with everybody else. */
export class Pace {
  readonly #options: ScanOptions;
  #looked = 0;
  #since = Date.now();

  constructor(options: ScanOptions) {
    this.#options = options;
  }

  /** One more op looked at; true when it is time for others. */
  step(): boolean {
    this.#looked += 1;
    return this.#looked % CLOCK_EVERY === 0 && Date.now() - this.#since > SLICE_MS;
  }

  async rest(): Promise<void> {
    this.#options.signal.throwIfAborted();
    this.#options.onProgress(BigInt(this.#looked));
    await yieldToOthers();
    this.#since = Date.now();
  }
}

function lastChunkBefore(trace: TraceFile, seq: bigint): number {
  const number = trace.firstChunkFrom(seq);
  const place = trace.chunks[number];
  return place !== undefined && place.firstSeq < seq ? number : number - 1;
}

/** Places in a chunk of the first and the last op that the scan may take. */
function ends({ from, direction }: Scan, firstSeq: bigint, count: number): readonly [number, number] {
  const at = Number(from - firstSeq);
  return direction === 1 ? [Math.max(0, at), count - 1] : [0, Math.min(count, at) - 1];
}
