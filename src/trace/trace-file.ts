// SPDX-License-Identifier: MIT OR Apache-2.0

import { TraceError } from '../base/errors.js';
import type { Seq } from '../base/ids.js';
import type { Header, Index } from '../proto/gen/trace.js';
import { type ByteSource, openFileSource } from './byte-source.js';
import { ChunkCache } from './chunk-cache.js';
import { type ChunkPlace, type Damage, readIndex, scanChunks } from './chunk-list.js';
import { type LoadedChunk, loadChunk } from './chunk-loader.js';
import type { DecodedChunk } from './decoded-chunk.js';
import { isNewerMinor, readHeader } from './header.js';
import { resolveOp, type TraceOp } from './op.js';

export type OpenOptions = {
  /** Go on past damage in the middle of the file; what is lost there counts as a gap. */
  readonly allowDamage?: boolean;
  /** The file is still being written: an unfinished end is no damage. */
  readonly growing?: boolean;
  /** Memory for decoded chunks, bytes. */
  readonly cacheBytes?: number;
};

/** Something about the file that a person should know, and that did not keep it from opening. */
export type TraceWarning = { readonly code: `W_${string}`; readonly message: string };

const DEFAULT_CACHE_BYTES = 64 << 20;

/**
 * A `.btr` file, read by position: opening costs the header and the index (or, without one, the head of each chunk),
 * and an op costs its chunk. Nothing here waits; a caller with much to read yields between chunks.
 */
export class TraceFile {
  readonly header: Header;
  /** Absent when the recording did not end in an orderly way. */
  readonly index: Index | undefined;
  readonly #source: ByteSource;
  readonly #options: OpenOptions;
  readonly #cache: ChunkCache;
  readonly #warnings: TraceWarning[] = [];
  readonly #damage: Damage[] = [];
  readonly #places: ChunkPlace[] = [];
  #scanned: number;

  private constructor(source: ByteSource, options: OpenOptions) {
    this.#source = source;
    this.#options = options;
    this.#cache = new ChunkCache(options.cacheBytes ?? DEFAULT_CACHE_BYTES);
    const { header, end } = readHeader(source);
    this.header = header;
    if (isNewerMinor(header)) {
      this.#warn(
        'W_NEWER_MINOR',
        `written in format ${header.formatMajor}.${header.formatMinor}: fields that this bento-rr does not know are left out`,
      );
    }
    const size = source.size();
    const index = options.growing === true ? ({ kind: 'absent' } as const) : readIndex(source, size, end);
    this.#scanned = end;
    if (index.kind === 'found') {
      this.index = index.index;
      this.#places.push(...index.places);
      this.#scanned = size;
      return;
    }
    this.index = undefined;
    if (index.kind === 'bad')
      this.#warn('W_INDEX', `the index is damaged (${index.why}); the chunks were found without it`);
    this.#scan(size);
  }

  /** Opens a file; throws a TraceError that says what it is instead of a trace, or what is wrong with it. */
  static open(path: string, options: OpenOptions = {}): TraceFile {
    return TraceFile.fromSource(openFileSource(path), options);
  }

  static fromSource(source: ByteSource, options: OpenOptions = {}): TraceFile {
    try {
      return new TraceFile(source, options);
    } catch (error) {
      source.close();
      throw error;
    }
  }

  /** The path, or what stands for it. */
  get name(): string {
    return this.#source.name;
  }

  /** Size of the file now, bytes. */
  get size(): number {
    return this.#source.size();
  }

  /** Whether the recording ended in an orderly way. */
  get complete(): boolean {
    return this.index !== undefined;
  }

  get warnings(): readonly TraceWarning[] {
    return this.#warnings;
  }

  /** Parts of the file that were passed over. */
  get damage(): readonly Damage[] {
    return this.#damage;
  }

  get chunks(): readonly ChunkPlace[] {
    return this.#places;
  }

  /** How many ops can be read. */
  get ops(): bigint {
    return this.#places.reduce((sum, place) => sum + (place.lastSeq - place.firstSeq + 1n), 0n);
  }

  /** Number of the first op: 1, unless the begin of the recording is lost. */
  get firstSeq(): bigint {
    return this.#places[0]?.firstSeq ?? 1n;
  }

  /** Number of the last op; 0 in a trace without ops. */
  get lastSeq(): bigint {
    return this.#places.at(-1)?.lastSeq ?? 0n;
  }

  /** Looks for chunks that were written since; true when there are some. */
  refresh(): boolean {
    const before = this.#places.length;
    const size = this.#source.size();
    if (size > this.#scanned && this.index === undefined) this.#scan(size);
    return this.#places.length > before;
  }

  /** Place in `chunks` of the chunk that holds an op; undefined when none does. */
  chunkOf(seq: bigint): number | undefined {
    const number = this.firstChunkFrom(seq);
    const place = this.#places[number];
    return place !== undefined && place.firstSeq <= seq ? number : undefined;
  }

  /** Place of the first chunk that ends at or after an op; one past the last when there is none. */
  firstChunkFrom(seq: bigint): number {
    let low = 0;
    let high = this.#places.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#places[middle] as ChunkPlace).lastSeq < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The chunk at a place in `chunks`, decoded. Throws a TraceError with its position when it is damaged. */
  chunk(number: number): DecodedChunk {
    return this.#cache.get(number, () => this.load(number).decoded);
  }

  /** As `chunk`; undefined for a damaged one, where the caller allowed to go on past damage. */
  chunkIfWhole(number: number): DecodedChunk | undefined {
    try {
      return this.chunk(number);
    } catch (error) {
      if (this.#options.allowDamage !== true || !(error instanceof TraceError)) throw error;
      const { offset } = this.#places[number] as ChunkPlace;
      if (!this.#damage.some((known) => known.offset === offset)) {
        this.#damage.push({
          offset,
          length: (this.#places[number + 1]?.offset ?? this.size) - offset,
          why: error.message,
        });
        this.#warn('W_DAMAGE', `${error.message} and was passed over: ${error.why ?? ''}`);
      }
      return undefined;
    }
  }

  /** The chunk at a place in `chunks` with its head, past the cache. */
  load(number: number): LoadedChunk {
    const place = this.#places[number];
    if (place === undefined) throw new RangeError(`internal: no chunk ${number}`);
    return loadChunk(this.#source, number, place);
  }

  /** One op; throws a TraceError when the trace does not hold it. */
  op(seq: bigint): TraceOp {
    const number = this.chunkOf(seq);
    if (number === undefined) throw this.#noSuchOp(seq);
    const chunk = this.chunk(number);
    return resolveOp(chunk, Number(seq - chunk.firstSeq), this.header);
  }

  /** Up to `count` ops from the first one at or after `from`. */
  window(from: bigint, count: number): readonly TraceOp[] {
    const ops: TraceOp[] = [];
    for (const op of this.opsFrom(from)) {
      if (ops.push(op) >= count) break;
    }
    return count <= 0 ? [] : ops;
  }

  /** Ops in their order, from the first one at or after `from` to `to`. */
  *opsFrom(from: bigint = this.firstSeq, to: bigint = this.lastSeq): Generator<TraceOp> {
    for (let number = this.firstChunkFrom(from); number < this.#places.length; number++) {
      if ((this.#places[number] as ChunkPlace).firstSeq > to) return;
      const chunk = this.chunkIfWhole(number);
      if (chunk === undefined) continue;
      const first = from > chunk.firstSeq ? Number(from - chunk.firstSeq) : 0;
      for (let index = first; index < chunk.count; index++) {
        if (chunk.firstSeq + BigInt(index) > to) return;
        yield resolveOp(chunk, index, this.header);
      }
    }
  }

  close(): void {
    this.#cache.clear();
    this.#source.close();
  }

  #scan(size: number): void {
    const found = scanChunks(this.#source, this.#scanned, size, this.lastSeq);
    if (found.damage.length > 0 && this.#options.allowDamage !== true) throw this.#damaged(found.damage[0] as Damage);
    for (const lost of found.damage) {
      this.#damage.push(lost);
      this.#warn('W_DAMAGE', `${lost.length} bytes at byte ${lost.offset} were passed over: ${lost.why}`);
    }
    this.#places.push(...found.places);
    this.#scanned = found.end;
    if (this.#options.growing === true) return;
    this.#dropBadTail(found.tail);
  }

  /** A machine that lost power may have written the length of the last chunk and not its bytes. */
  #dropBadTail(tail: Damage | undefined): void {
    const last = this.#places.length - 1;
    let lost = tail;
    if (last >= 0) {
      try {
        this.load(last);
      } catch (error) {
        if (!(error instanceof TraceError) || error.code !== 'E_TRACE_CRC') throw error;
        const place = this.#places.pop() as ChunkPlace;
        lost = { offset: place.offset, length: this.size - place.offset, why: error.why ?? error.message };
      }
    }
    if (lost === undefined) this.#warn('W_NO_INDEX', 'the recording was not finished: there is no index');
    else {
      this.#warn(
        'W_TRUNCATED',
        `the last ${lost.length} bytes (from byte ${lost.offset}) are not a whole chunk and were left out: ${lost.why}`,
      );
    }
  }

  #warn(code: TraceWarning['code'], message: string): void {
    this.#warnings.push({ code, message });
  }

  #damaged(damage: Damage): TraceError {
    return new TraceError(
      'E_TRACE_DAMAGED',
      `${this.name}: chunk ${this.#places.length} at byte ${damage.offset} is damaged`,
      {
        why: `${damage.why}; whole chunks follow ${damage.length} bytes later`,
        hint: 'Take another copy of the file, or read what is left of this one with --allow-gaps.',
      },
    );
  }

  #noSuchOp(seq: bigint): TraceError {
    const range = this.ops === 0n ? 'it holds none' : `it holds ${this.firstSeq} to ${this.lastSeq}`;
    return new TraceError('E_TRACE_NO_OP', `${this.name}: there is no op ${seq}`, { why: range });
  }
}

/** A number that a caller typed, as the seq of an op that the trace holds. */
export function clampSeq(trace: TraceFile, seq: bigint): Seq {
  const low = seq < trace.firstSeq ? trace.firstSeq : seq;
  return (low > trace.lastSeq ? trace.lastSeq : low) as Seq;
}
