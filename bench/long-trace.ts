// SPDX-License-Identifier: MIT OR Apache-2.0

/** A trace of any length, out of the chunks of a recorded one. */

import { closeSync, openSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import {
  type ChunkPlaceInit,
  decodeChunk,
  encodeChunk,
  encodeHeader,
  encodeIndex,
  encodeTrailer,
  Source,
} from '../src/proto/gen/trace.js';
import { WireReader, WireWriter } from '../src/proto/wire.js';
import { openFileSource } from '../src/trace/byte-source.js';
import { CRC_TAGS, TAG_CHUNK, TAG_HEADER, TAG_INDEX, TAG_TRAILER, TRAILER_MARK } from '../src/trace/format.js';
import { frameAt } from '../src/trace/framing.js';
import { TraceFile } from '../src/trace/trace-file.js';

/**
 * Writes the chunks of `from` again and again, payloads untouched, with the numbers and times that follow, until there
 * are at least `ops` ops. Reading it costs what a recording of that length costs; it cannot be replayed. Gives the ops.
 */
export function writeLongTrace(from: string, to: string, ops: bigint): bigint {
  const trace = TraceFile.open(from);
  const source = openFileSource(from);
  const out = new Framer(to);
  try {
    out.put(
      TAG_HEADER,
      withCrc(encodeHeader({ ...trace.header, source: Source.DERIVED, crc32: 0 }).finish(), CRC_TAGS.header),
    );
    const parts = trace.chunks.filter((place) => place.lastSeq >= place.firstSeq);
    const first = parts[0];
    const last = parts.at(-1);
    if (first === undefined || last === undefined) throw new Error(`${from} holds no ops`);
    // A little more than the last chunk's own time, so that one lap follows the other.
    const lap = last.baseTimeNs - first.baseTimeNs + 100_000_000n;
    const places: ChunkPlaceInit[] = [];
    let written = 0n;
    for (let laps = 0n; written < ops; laps++) {
      for (const part of parts) {
        if (written >= ops) break;
        const found = frameAt(source, part.offset, source.size());
        if (found.kind !== 'frame') throw new Error(`${from}: no chunk at byte ${part.offset}`);
        const chunk = decodeChunk(new WireReader(source.read(found.frame.body, found.frame.length)));
        const firstSeq = written + 1n;
        const lastSeq = written + (part.lastSeq - part.firstSeq + 1n);
        const baseTimeNs = chunk.baseTimeNs + laps * lap;
        places.push({ offset: BigInt(out.offset), firstSeq, lastSeq, baseTimeNs });
        const renumbered = encodeChunk({ ...chunk, firstSeq, lastSeq, baseTimeNs, crc32: 0 }).finish();
        out.put(TAG_CHUNK, withCrc(renumbered, CRC_TAGS.chunk));
        written = lastSeq;
      }
    }
    const account = { offered: written, recorded: written, dropped: 0n, filtered: 0n };
    const indexOffset = BigInt(out.offset);
    const index = { chunk: places, account, loss: [], endRealtimeNs: places.at(-1)?.baseTimeNs ?? 0n };
    out.put(TAG_INDEX, withCrc(encodeIndex(index).finish(), CRC_TAGS.index));
    out.put(TAG_TRAILER, encodeTrailer({ indexOffset, mark: TRAILER_MARK }).finish());
    return written;
  } finally {
    out.close();
    source.close();
    trace.close();
  }
}

/** Puts top-level fields one behind the other. */
class Framer {
  readonly #fd: number;
  offset = 0;

  constructor(path: string) {
    this.#fd = openSync(path, 'w');
  }

  put(tag: number, body: Uint8Array): void {
    const bytes = new WireWriter().uint32(tag).bytes(body).finish();
    for (let done = 0; done < bytes.byteLength; ) done += writeSync(this.#fd, bytes, done);
    this.offset += bytes.byteLength;
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** A message with its checksum, which stands last. */
function withCrc(body: Uint8Array, tag: number): Uint8Array {
  const end = new WireWriter().uint32(tag).fixed32(crc32(body)).finish();
  return Buffer.concat([body, end]);
}
