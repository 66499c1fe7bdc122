// SPDX-License-Identifier: MIT OR Apache-2.0

import { type Caller, decodeOp, decodeRecord, type Op, type Record as TraceRecord } from '../proto/gen/trace.js';
import { WireReader } from '../proto/wire.js';
import type { OpHeads } from './scan-records.js';

/** Bytes of the columns for each op. */
const HEAD_SIZE = 50;

export const KERNEL_CALLER: Caller = { index: 0, uid: 0, gid: 0, pid: 0 };

/** A record that is not an op, how many ops of its chunk stand before it, and its bytes in the payload. */
export type OtherRecord = { readonly opsBefore: number; readonly record: TraceRecord; readonly size: number };

/**
 * A chunk once decompressed: a few columns for each op, found by one pass over the bytes, and the rest decoded when it
 * is asked for. A filter or a timeline looks at millions of ops and needs the whole of few.
 */
export class DecodedChunk {
  /** Place in the file's list of chunks. */
  readonly number: number;
  readonly firstSeq: bigint;
  readonly heads: OpHeads;
  readonly #raw: Uint8Array;
  readonly #reader: WireReader;

  /** Bytes that it takes in the file. */
  readonly storedBytes: number;

  constructor(number: number, firstSeq: bigint, raw: Uint8Array, heads: OpHeads, storedBytes = raw.byteLength) {
    this.storedBytes = storedBytes;
    this.number = number;
    this.firstSeq = firstSeq;
    this.heads = heads;
    this.#raw = raw;
    this.#reader = new WireReader(raw);
  }

  /** How many ops it holds. */
  get count(): number {
    return this.heads.count;
  }

  /** Bytes of its payload, decompressed. */
  get rawBytes(): number {
    return this.#raw.byteLength;
  }

  /** Memory it takes, roughly. */
  get bytes(): number {
    return this.#raw.byteLength + this.heads.count * HEAD_SIZE;
  }

  /** The op at a place in this chunk, as it stands in the file, with its duration, which may stand elsewhere. */
  wireOp(index: number): Op {
    this.#reader.pos = this.heads.start[index] as number;
    const op = decodeOp(this.#reader, this.heads.end[index] as number);
    const durationNs = this.heads.duration[index] as bigint;
    return op.durationNs === durationNs ? op : { ...op, durationNs };
  }

  /** When an op began, as exactly as the trace tells: no earlier than the clock that the module saw. */
  started(index: number): bigint {
    const begin = this.heads.begin[index] as bigint;
    const started = (this.heads.ended[index] as bigint) - (this.heads.duration[index] as bigint);
    return started > begin ? started : begin;
  }

  /** Bytes of an op as it stands in the file. */
  wireBytes(index: number): Uint8Array {
    return this.#raw.subarray(this.heads.start[index] as number, this.heads.end[index] as number);
  }

  caller(index: number): Caller {
    return this.heads.callers.get(this.heads.caller[index] as number) ?? KERNEL_CALLER;
  }

  /** Records that are not ops, in their order; callers are left out, every op has its own. */
  *others(): Generator<OtherRecord> {
    for (const place of this.heads.others) {
      this.#reader.pos = place.start;
      yield {
        opsBefore: place.opsBefore,
        record: decodeRecord(this.#reader, place.end),
        size: place.end - place.start,
      };
    }
  }
}
