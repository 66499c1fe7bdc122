// SPDX-License-Identifier: MIT OR Apache-2.0

import { crc32 } from 'node:zlib';
import {
  type Account,
  type ChunkInit,
  type ChunkPlaceInit,
  Codec,
  encodeChunk,
  encodeHeader,
  encodeIndex,
  encodeRecord,
  encodeTrailer,
  type HeaderInit,
  type LossByCauseInit,
  type OpInit,
  type RecordInit,
} from '../proto/gen/trace.js';
import { WireWriter } from '../proto/wire.js';
import {
  CHUNK_SYNC,
  CRC_TAGS,
  FORMAT_MAJOR,
  FORMAT_MINOR,
  MAX_RAW_SIZE,
  TAG_CHUNK,
  TAG_HEADER,
  TAG_INDEX,
  TAG_TRAILER,
  TRAILER_MARK,
} from './format.js';
import { compressZstd } from './zstd.js';

/** Where the bytes go, in order. */
export type TraceSink = { readonly write: (bytes: Uint8Array) => void };

export type WriterOptions = {
  /** A chunk is closed when its payload reaches this size. */
  readonly chunkBytes?: number;
  /** zstd where the platform can compress it (Node 22.15 and later); `none` always works. */
  readonly codec?: 'none' | 'zstd';
};

/** An op with its time and caller as they are; the writer makes differences and numbers of them. */
export type OpToWrite = Omit<OpInit, 'beginDeltaNs' | 'caller'> & {
  readonly begin: bigint;
  readonly caller?: { readonly uid: number; readonly gid: number; readonly pid: number };
};

export type Ending = {
  readonly endRealtimeNs?: bigint;
  readonly account?: Account;
  readonly loss?: readonly LossByCauseInit[];
};

const DEFAULT_CHUNK_BYTES = 512 << 10;

/** Writes traces that were not recorded but made: redacted ones, and those that tests need. Recording is the host's. */
export class TraceWriter {
  readonly #sink: TraceSink;
  readonly #chunkBytes: number;
  readonly #compress: boolean;
  readonly #places: ChunkPlaceInit[] = [];
  readonly #callers = new Map<string, number>();
  #offset = 0;
  #records = new WireWriter();
  #recordCount = 0;
  #dropped = 0n;
  #totalDropped = 0n;
  #firstSeq = 1n;
  #lastSeq = 0n;
  #baseTimeNs: bigint | undefined;
  #lastBegin = 0n;

  constructor(sink: TraceSink, header: HeaderInit, options: WriterOptions = {}) {
    this.#sink = sink;
    this.#chunkBytes = options.chunkBytes ?? DEFAULT_CHUNK_BYTES;
    this.#compress = options.codec === 'zstd';
    const known = { formatMajor: FORMAT_MAJOR, formatMinor: FORMAT_MINOR, clock: 'CLOCK_REALTIME', ...header };
    this.#frame(TAG_HEADER, withCrc(encodeHeader({ ...known, crc32: 0 }).finish(), CRC_TAGS.header));
  }

  /** Number that the next op gets. */
  get nextSeq(): bigint {
    return this.#lastSeq + 1n;
  }

  /** Adds an op; it gets the next number. */
  op(op: OpToWrite): void {
    const { begin, caller, ...rest } = op;
    const index = caller === undefined ? 0 : this.#callerIndex(caller);
    const base = this.#baseTimeNs ?? begin;
    const last = this.#baseTimeNs === undefined ? begin : this.#lastBegin;
    this.#baseTimeNs = base;
    this.#lastBegin = begin;
    this.#lastSeq++;
    this.#append({ kind: { kind: 'op', value: { ...rest, caller: index, beginDeltaNs: begin - last } } });
    if (this.#records.len >= this.#chunkBytes) this.flush();
  }

  /** Adds a record that is not an op. */
  record(kind: NonNullable<RecordInit['kind']>): void {
    if (kind.kind === 'gap') this.#dropped += kind.value.dropped ?? 0n;
    this.#append({ kind });
    if (this.#records.len >= this.#chunkBytes) this.flush();
  }

  /** Ends the chunk under way. */
  flush(): void {
    if (this.#recordCount === 0) return;
    const raw = this.#records.finish();
    if (raw.byteLength > MAX_RAW_SIZE) throw new RangeError(`a record of ${raw.byteLength} bytes does not fit a chunk`);
    const packed = this.#compress ? compressZstd(raw) : undefined;
    const place = {
      offset: BigInt(this.#offset),
      firstSeq: this.#firstSeq,
      lastSeq: this.#lastSeq,
      baseTimeNs: this.#baseTimeNs ?? 0n,
    };
    const chunk: ChunkInit = {
      ...place,
      sync: CHUNK_SYNC,
      codec: packed === undefined ? Codec.NONE : Codec.ZSTD,
      rawSize: raw.byteLength,
      records: this.#recordCount,
      dropped: this.#dropped,
      payload: packed ?? raw,
    };
    this.#frame(TAG_CHUNK, withCrc(encodeChunk(chunk).finish(), CRC_TAGS.chunk));
    this.#places.push(place);
    this.#beginChunk();
  }

  /** Ends the trace with its index and trailer. */
  finish(ending: Ending = {}): void {
    this.flush();
    const recorded = this.#lastSeq;
    const account = ending.account ?? {
      offered: recorded + this.#totalDropped,
      recorded,
      dropped: this.#totalDropped,
      filtered: 0n,
    };
    const indexOffset = BigInt(this.#offset);
    const index = { chunk: this.#places, account, loss: ending.loss ?? [], endRealtimeNs: ending.endRealtimeNs ?? 0n };
    this.#frame(TAG_INDEX, withCrc(encodeIndex(index).finish(), CRC_TAGS.index));
    this.#frame(TAG_TRAILER, encodeTrailer({ indexOffset, mark: TRAILER_MARK }).finish());
  }

  #append(record: RecordInit): void {
    encodeRecord(record, this.#records.open(0x0a));
    this.#records.ldelim();
    this.#recordCount++;
  }

  #callerIndex(caller: { readonly uid: number; readonly gid: number; readonly pid: number }): number {
    const key = `${caller.uid} ${caller.gid} ${caller.pid}`;
    const known = this.#callers.get(key);
    if (known !== undefined) return known;
    const index = this.#callers.size + 1;
    this.#callers.set(key, index);
    this.#append({ kind: { kind: 'caller', value: { uid: caller.uid, gid: caller.gid, pid: caller.pid, index } } });
    return index;
  }

  #beginChunk(): void {
    this.#totalDropped += this.#dropped;
    this.#records = new WireWriter();
    this.#callers.clear();
    this.#recordCount = 0;
    this.#dropped = 0n;
    this.#firstSeq = this.#lastSeq + 1n;
    this.#baseTimeNs = undefined;
  }

  #frame(tag: number, body: Uint8Array): void {
    const bytes = new WireWriter().uint32(tag).bytes(body).finish();
    this.#sink.write(bytes);
    this.#offset += bytes.byteLength;
  }
}

/** A message with its checksum put after everything else. */
function withCrc(body: Uint8Array, tag: number): Uint8Array {
  const end = new WireWriter().uint32(tag).fixed32(crc32(body)).finish();
  const whole = new Uint8Array(body.byteLength + end.byteLength);
  whole.set(body);
  whole.set(end, body.byteLength);
  return whole;
}
