// SPDX-License-Identifier: MIT OR Apache-2.0

/** Finding the chunks of a trace: by its index where there is one, else by reading the head of each. */

import { messageOf } from '../base/errors.js';
import { type Chunk, decodeChunk, decodeIndex, decodeTrailer, type Index } from '../proto/gen/trace.js';
import { WireReader } from '../proto/wire.js';
import type { ByteSource } from './byte-source.js';
import {
  CHUNK_SYNC,
  CRC_TAGS,
  SYNC_BYTES,
  TAG_CHUNK,
  TAG_INDEX,
  TAG_TRAILER,
  TRAILER_MARK,
  TRAILER_SIZE,
} from './format.js';
import { checkCrc, frameAt } from './framing.js';

/** What is known of a chunk without reading its payload. */
export type ChunkPlace = {
  /** Byte offset of its tag. */
  readonly offset: number;
  readonly firstSeq: bigint;
  readonly lastSeq: bigint;
  readonly baseTimeNs: bigint;
};

/** A part of the file that holds no readable chunk. */
export type Damage = { readonly offset: number; readonly length: number; readonly why: string };

export type ChunkScan = {
  readonly places: readonly ChunkPlace[];
  readonly damage: readonly Damage[];
  /** Where a growing file goes on. */
  readonly end: number;
  /** Bytes after the last whole chunk, and why they are none. */
  readonly tail: Damage | undefined;
};

export type IndexResult =
  | { readonly kind: 'found'; readonly index: Index; readonly places: readonly ChunkPlace[]; readonly offset: number }
  | { readonly kind: 'absent' }
  | { readonly kind: 'bad'; readonly why: string };

/** Enough for every field of a chunk that stands before its payload. */
const CHUNK_HEAD_SIZE = 128;

/** The index, by way of the trailer in the last bytes of the file. */
export function readIndex(source: ByteSource, size: number, headerEnd: number): IndexResult {
  const at = size - TRAILER_SIZE;
  if (at < headerEnd) return { kind: 'absent' };
  const bytes = source.read(at, TRAILER_SIZE);
  if (bytes[0] !== TAG_TRAILER || bytes[1] !== TRAILER_SIZE - 2) return { kind: 'absent' };
  try {
    const trailer = decodeTrailer(new WireReader(bytes.subarray(2)));
    if (trailer.mark !== TRAILER_MARK) return { kind: 'absent' };
    return indexAt(source, Number(trailer.indexOffset), at, headerEnd);
  } catch (error) {
    return { kind: 'bad', why: messageOf(error) };
  }
}

function indexAt(source: ByteSource, offset: number, end: number, headerEnd: number): IndexResult {
  if (offset < headerEnd || offset >= end) return { kind: 'bad', why: `the trailer puts it at byte ${offset}` };
  const found = frameAt(source, offset, end);
  if (found.kind !== 'frame' || found.frame.tag !== TAG_INDEX || found.frame.end !== end) {
    return { kind: 'bad', why: `none stands at byte ${offset}, where the trailer puts it` };
  }
  const body = source.read(found.frame.body, found.frame.length);
  const crc = checkCrc(body, CRC_TAGS.index);
  if (!crc.ok) return { kind: 'bad', why: crc.why };
  const index = decodeIndex(new WireReader(body));
  const places = index.chunk.map((chunk) => ({ ...chunk, offset: Number(chunk.offset) }));
  const wrong = places.find((place, at) => {
    const before = places[at - 1];
    const inOrder =
      before === undefined
        ? place.offset >= headerEnd
        : place.offset > before.offset && place.firstSeq > before.lastSeq;
    return !inOrder || place.offset >= offset || place.lastSeq + 1n < place.firstSeq;
  });
  if (wrong !== undefined)
    return { kind: 'bad', why: `its entry for the chunk at byte ${wrong.offset} is out of order` };
  return { kind: 'found', index, places, offset };
}

/** Walks the chunks from `start` to the end of the file, past damage where another chunk follows it. */
export function scanChunks(source: ByteSource, start: number, size: number, lastSeqBefore = 0n): ChunkScan {
  const places: ChunkPlace[] = [];
  const damage: Damage[] = [];
  let at = start;
  let lastSeq = lastSeqBefore;
  while (at < size) {
    const step = chunkAt(source, at, size, lastSeq);
    if (step.kind === 'skip') at = step.end;
    else if (step.kind === 'chunk') {
      places.push(step.place);
      lastSeq = step.place.lastSeq;
      at = step.end;
    } else {
      const next = findChunk(source, at + 1, size);
      const lost = { offset: at, length: (next ?? size) - at, why: step.why };
      if (next === undefined) return { places, damage, end: at, tail: lost };
      damage.push(lost);
      at = next;
    }
  }
  return { places, damage, end: at, tail: undefined };
}

type Step =
  | { readonly kind: 'chunk'; readonly place: ChunkPlace; readonly end: number }
  | { readonly kind: 'skip'; readonly end: number }
  | { readonly kind: 'bad'; readonly why: string };

function chunkAt(source: ByteSource, at: number, size: number, lastSeq: bigint): Step {
  const found = frameAt(source, at, size);
  if (found.kind !== 'frame') return { kind: 'bad', why: found.kind === 'end' ? 'nothing follows' : found.why };
  const { frame } = found;
  if (frame.tag !== TAG_CHUNK) return { kind: 'skip', end: frame.end };
  const head = decodeChunkHead(source.read(frame.body, Math.min(frame.length, CHUNK_HEAD_SIZE)), frame.length);
  if (typeof head === 'string') return { kind: 'bad', why: head };
  if (head.firstSeq <= lastSeq || head.lastSeq + 1n < head.firstSeq) {
    return { kind: 'bad', why: `it says ops ${head.firstSeq} to ${head.lastSeq}, after op ${lastSeq}` };
  }
  const { firstSeq, lastSeq: last, baseTimeNs } = head;
  return { kind: 'chunk', place: { offset: at, firstSeq, lastSeq: last, baseTimeNs }, end: frame.end };
}

/** Decodes the fields before the payload from the first bytes of a chunk; a string says why they are none. */
export function decodeChunkHead(bytes: Uint8Array, length: number): Chunk | string {
  try {
    const payload = payloadTag(bytes, length);
    const chunk = decodeChunk(new WireReader(bytes.subarray(0, payload)));
    return chunk.sync === CHUNK_SYNC ? chunk : 'its sync mark is missing';
  } catch (error) {
    return `its head cannot be decoded: ${messageOf(error)}`;
  }
}

/** Offset of the payload's tag (or of the end, where there is none) among a chunk's first bytes. */
function payloadTag(bytes: Uint8Array, length: number): number {
  const reader = new WireReader(bytes);
  while (reader.pos < bytes.byteLength) {
    const at = reader.pos;
    const tag = reader.tag();
    if (tag >> 3 >= 13) return at;
    reader.skipType(tag & 7, 0, tag >>> 3);
  }
  if (reader.pos !== length) throw new RangeError('its payload does not begin in its first 128 bytes');
  return length;
}

/** Offset of the next chunk with a good checksum at or after `from`: what a salvage goes on with. */
function findChunk(source: ByteSource, from: number, size: number): number | undefined {
  const step = 1 << 20;
  for (let at = from; at < size; at += step) {
    const window = Buffer.from(source.read(at, Math.min(step + SYNC_BYTES.length, size - at)));
    for (let hit = window.indexOf(SYNC_BYTES); hit !== -1; hit = window.indexOf(SYNC_BYTES, hit + 1)) {
      const offset = chunkAround(source, at + hit, size);
      if (offset !== undefined && offset >= from) return offset;
    }
  }
  return undefined;
}

/** The chunk whose sync mark is at `sync`: a tag and a length of one to four bytes stand before it. */
function chunkAround(source: ByteSource, sync: number, size: number): number | undefined {
  for (let lengthSize = 1; lengthSize <= 4; lengthSize++) {
    const offset = sync - lengthSize - 1;
    if (offset < 0) continue;
    const found = frameAt(source, offset, size);
    if (found.kind !== 'frame' || found.frame.tag !== TAG_CHUNK || found.frame.body !== sync) continue;
    if (checkCrc(source.read(found.frame.body, found.frame.length), CRC_TAGS.chunk).ok) return offset;
  }
  return undefined;
}
