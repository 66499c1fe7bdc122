// SPDX-License-Identifier: MIT OR Apache-2.0

import { formatName } from '../base/format.js';
import type { Op } from '../proto/gen/trace.js';
import type { DecodedChunk } from './decoded-chunk.js';
import { NameHistory } from './name-history.js';
import { namedPlaces } from './op-names.js';
import { opcodeOf } from './opcodes.js';
import type { TraceFile } from './trace-file.js';

const NAMING = new Set(
  ['LOOKUP', 'SYMLINK', 'MKNOD', 'MKDIR', 'CREATE', 'LINK', 'RENAME', 'UNLINK', 'RMDIR', 'READDIRPLUS'].map(opcodeOf),
);

/** A path longer than this has a circle in it, or no reader. */
const MAX_DEPTH = 4096;
export const ROOT_NODEID = 1n;

/**
 * Which path an inode had at any op. Names are learned once, in the order of the trace, and each change is kept with
 * its op, so that going back costs nothing; `advance` does as much as the caller has time for.
 */
export class PathResolver {
  readonly #trace: TraceFile;
  readonly #history = new NameHistory();
  #chunk = 0;
  #known = 0n;

  constructor(trace: TraceFile) {
    this.#trace = trace;
  }

  /** The last op whose names are known. */
  get knownTo(): bigint {
    return this.#known;
  }

  /** Learns names up to the chunk that holds `seq`, at most `chunks` chunks; true when it got there. */
  advance(seq: bigint, chunks = Number.POSITIVE_INFINITY): boolean {
    const { length } = this.#trace.chunks;
    for (let left = chunks; this.#known < seq && this.#chunk < length && left > 0; left--) {
      const place = this.#trace.chunks[this.#chunk];
      const chunk = this.#trace.chunkIfWhole(this.#chunk++);
      if (chunk !== undefined) this.#learn(chunk);
      this.#known = place?.lastSeq ?? this.#known;
    }
    return this.#known >= seq || this.#chunk >= length;
  }

  /** Path of an inode before the op `seq`; undefined when no op before told it. */
  before(nodeid: bigint, seq: bigint): string | undefined {
    return this.#path(nodeid, seq - 1n);
  }

  /** Path of an inode after the op `seq`. */
  after(nodeid: bigint, seq: bigint): string | undefined {
    return this.#path(nodeid, seq);
  }

  #path(nodeid: bigint, seq: bigint): string | undefined {
    const parts: string[] = [];
    let node = nodeid;
    let deleted = false;
    while (node !== ROOT_NODEID) {
      const named = this.#history.at(node, seq);
      if (named === undefined || parts.length > MAX_DEPTH) return undefined;
      parts.push(formatName(Buffer.from(named.name, 'latin1')));
      deleted ||= named.deleted;
      node = named.parent;
    }
    return `/${parts.reverse().join('/')}${deleted ? ' (deleted)' : ''}`;
  }

  #learn(chunk: DecodedChunk): void {
    const { opcode, errno, nodeid } = chunk.heads;
    for (let index = 0; index < chunk.count; index++) {
      if (errno[index] !== 0 || !NAMING.has(opcode[index] as number)) continue;
      this.#apply(chunk.firstSeq + BigInt(index), nodeid[index] as bigint, chunk.wireOp(index));
    }
  }

  #apply(seq: bigint, nodeid: bigint, op: Op): void {
    const { request, reply } = op;
    const [place, target] = namedPlaces(nodeid, request);
    if (request?.kind === 'readdirplus' && reply?.kind === 'listing') {
      for (const listed of reply.value.entry) {
        const child = listed.entry?.nodeid ?? 0n;
        const name = latin1(listed.name);
        if (child !== 0n && name !== '.' && name !== '..') this.#history.name(seq, child, nodeid, name);
      }
    }
    if (place === undefined) return;
    if (request?.kind === 'unlink' || request?.kind === 'rmdir')
      this.#history.remove(seq, place.parent, latin1(place.name));
    else if (request?.kind === 'rename' && target !== undefined) {
      const to = { parent: target.parent, name: latin1(target.name) };
      this.#history.rename(
        seq,
        { parent: place.parent, name: latin1(place.name) },
        to,
        (request.value.flags & 2) !== 0,
      );
    } else {
      const child =
        reply?.kind === 'entry'
          ? reply.value.nodeid
          : reply?.kind === 'created'
            ? (reply.value.entry?.nodeid ?? 0n)
            : 0n;
      if (child !== 0n) this.#history.name(seq, child, place.parent, latin1(place.name));
    }
  }
}

/** One character a byte: a string key for bytes that need not be UTF-8. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
