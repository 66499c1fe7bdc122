// SPDX-License-Identifier: MIT OR Apache-2.0

import { messageOf, TraceError } from '../base/errors.js';
import { type Chunk, Codec, decodeChunk } from '../proto/gen/trace.js';
import { WireReader } from '../proto/wire.js';
import type { ByteSource } from './byte-source.js';
import type { ChunkPlace } from './chunk-list.js';
import { DecodedChunk } from './decoded-chunk.js';
import { CHUNK_SYNC, CRC_TAGS, MAX_RAW_SIZE, TAG_CHUNK } from './format.js';
import { checkCrc, frameAt } from './framing.js';
import { scanRecords } from './scan-records.js';
import { decompressZstd } from './zstd.js';

/** A chunk as it stands in the file, checked, and decoded. */
export type LoadedChunk = {
  readonly head: Omit<Chunk, 'payload'>;
  readonly decoded: DecodedChunk;
};

/** Reads, checks and decodes one chunk; every failure names the chunk, its ops and its byte. */
export function loadChunk(source: ByteSource, number: number, place: ChunkPlace): LoadedChunk {
  const fail = (code: `E_TRACE_${string}`, what: string, why: string, cause?: unknown): TraceError =>
    new TraceError(
      code,
      `${source.name}: chunk ${number} (ops ${place.firstSeq} to ${place.lastSeq}, byte ${place.offset}) ${what}`,
      {
        why,
        hint: HINTS[code] ?? 'Take another copy of the file, or read what is left of this one with --allow-gaps.',
        ...(cause === undefined ? {} : { cause }),
      },
    );
  const found = frameAt(source, place.offset, source.size());
  if (found.kind !== 'frame' || found.frame.tag !== TAG_CHUNK) {
    throw fail(
      'E_TRACE_DAMAGED',
      'is not there',
      found.kind === 'frame' || found.kind === 'end' ? 'no chunk begins there' : found.why,
    );
  }
  const body = source.read(found.frame.body, found.frame.length);
  const crc = checkCrc(body, CRC_TAGS.chunk);
  if (!crc.ok) throw fail('E_TRACE_CRC', 'is damaged', crc.why);
  try {
    const chunk = decodeChunk(new WireReader(body));
    const wrong = contradiction(chunk, place);
    if (wrong !== undefined) throw fail('E_TRACE_CHUNK', 'contradicts itself', wrong);
    const raw = payloadOf(chunk);
    const heads = scanRecords(raw, chunk.baseTimeNs, Number(chunk.lastSeq - chunk.firstSeq + 1n));
    if (heads.records !== chunk.records)
      throw new RangeError(`it holds ${heads.records} records and announces ${chunk.records}`);
    const { payload: _, ...head } = chunk;
    const decoded = new DecodedChunk(number, chunk.firstSeq, raw, heads, found.frame.end - found.frame.offset);
    return { head, decoded };
  } catch (error) {
    if (error instanceof TraceError) throw error;
    throw fail('E_TRACE_CHUNK', 'cannot be decoded', messageOf(error), error);
  }
}

const HINTS: Readonly<Record<string, string>> = {
  E_TRACE_CHUNK: 'Its checksum holds, so it was written this way: report it with the output of `bento-rr verify`.',
};

function contradiction(chunk: Chunk, place: ChunkPlace): string | undefined {
  if (chunk.sync !== CHUNK_SYNC) return 'its sync mark is missing';
  if (chunk.firstSeq !== place.firstSeq || chunk.lastSeq !== place.lastSeq) {
    return `it says ops ${chunk.firstSeq} to ${chunk.lastSeq}, where the index says ${place.firstSeq} to ${place.lastSeq}`;
  }
  if (chunk.rawSize > MAX_RAW_SIZE) return `it announces ${chunk.rawSize} bytes, over the limit of ${MAX_RAW_SIZE}`;
  return undefined;
}

function payloadOf(chunk: Chunk): Uint8Array {
  switch (chunk.codec) {
    case Codec.NONE:
      if (chunk.payload.byteLength !== chunk.rawSize) {
        throw new RangeError(`its payload has ${chunk.payload.byteLength} bytes and announces ${chunk.rawSize}`);
      }
      return chunk.payload;
    case Codec.ZSTD:
      return chunk.rawSize === 0 && chunk.payload.byteLength === 0
        ? chunk.payload
        : decompressZstd(chunk.payload, chunk.rawSize);
    default:
      throw new RangeError(`codec ${chunk.codec} is not one that this bento-rr knows`);
  }
}
