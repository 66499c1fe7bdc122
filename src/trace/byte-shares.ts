// SPDX-License-Identifier: MIT OR Apache-2.0

import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { OpField } from '../proto/gen/trace.js';
import { WireReader } from '../proto/wire.js';
import type { DecodedChunk } from './decoded-chunk.js';
import { IS_REQUEST, opName } from './opcodes.js';
import type { TraceFile } from './trace-file.js';

/** What a part of the records takes, before compression. */
export type ByteShare = {
  /** `request LOOKUP`, `reply entry`, `lockOrder`, `record blob`, ...; `frames`: what stands around ops, and callers. */
  readonly part: string;
  /** How many there are; 0 where they are not counted. */
  readonly count: number;
  readonly bytes: number;
};

const REPLIES: ReadonlySet<string> = new Set([
  ...['entry', 'attr', 'opened', 'created', 'data', 'written', 'listing', 'statfs', 'bytes', 'number', 'lock'],
  ...['ioctlReply', 'stat'],
]);

/** What each field of an Op is called here, by its number. */
const PARTS: readonly string[] = Object.entries(OpField).reduce<string[]>((parts, [name, field]) => {
  parts[field] = IS_REQUEST[field] ? `request ${opName(field)}` : REPLIES.has(name) ? `reply ${name}` : name;
  return parts;
}, []);

/** Where the bytes of a trace's payloads go, the most first: tags and lengths are in the part that they stand before. */
export async function byteShares(trace: TraceFile, signal?: AbortSignal): Promise<readonly ByteShare[]> {
  const shares = new Shares();
  for (let number = 0; number < trace.chunks.length; number++) {
    signal?.throwIfAborted();
    const chunk = trace.chunkIfWhole(number);
    if (chunk !== undefined) shares.chunk(chunk);
    await yieldToOthers();
  }
  return shares.rows();
}

class Shares {
  readonly #found = new Map<string, { count: number; bytes: number }>();

  chunk(chunk: DecodedChunk): void {
    let rest = chunk.rawBytes;
    for (let index = 0; index < chunk.count; index++) {
      const op = chunk.wireBytes(index);
      rest -= op.byteLength;
      this.#op(op);
    }
    for (const { record, size } of chunk.others()) {
      rest -= size;
      this.#add(`record ${record.kind?.kind ?? 'unknown'}`, size);
    }
    const { timesBytes } = chunk.heads;
    if (timesBytes > 0) this.#add('times', timesBytes, chunk.count);
    this.#add('frames', rest - timesBytes, 0);
  }

  #op(bytes: Uint8Array): void {
    const reader = new WireReader(bytes);
    while (reader.pos < bytes.byteLength) {
      const start = reader.pos;
      const tag = reader.uint32();
      reader.skipType(tag & 7, 0, tag >>> 3);
      this.#add(PARTS[tag >>> 3] ?? `field ${tag >>> 3}`, reader.pos - start);
    }
  }

  #add(part: string, bytes: number, count = 1): void {
    const share = this.#found.get(part) ?? { count: 0, bytes: 0 };
    share.count += count;
    share.bytes += bytes;
    this.#found.set(part, share);
  }

  rows(): readonly ByteShare[] {
    return [...this.#found].map(([part, share]) => ({ part, ...share })).sort((a, b) => b.bytes - a.bytes);
  }
}
