// SPDX-License-Identifier: MIT OR Apache-2.0

import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { TraceError } from '../base/errors.js';
import { type Blob, DataPolicy, type Op } from '../proto/gen/trace.js';
import type { ChunkPlace } from './chunk-list.js';
import type { LoadedChunk } from './chunk-loader.js';
import { isNewerMinor } from './header.js';
import { lossCauseText } from './record-text.js';
import type { TraceFile } from './trace-file.js';

/** One thing that is not as the format says, with its place. */
export type Problem = { readonly chunk: number | undefined; readonly message: string };

export type Verdict = {
  readonly ops: bigint;
  readonly chunks: number;
  readonly gaps: number;
  readonly dropped: bigint;
  readonly problems: readonly Problem[];
  /** More were found than are listed. */
  readonly cut: boolean;
};

/** A file damaged all over should not make a list without end. */
const MAX_PROBLEMS = 100;

/** Reads every byte of a trace and checks all that the format promises. */
export async function verifyTrace(trace: TraceFile, signal?: AbortSignal): Promise<Verdict> {
  // Loaded here: nothing else hashes, and its module takes its time.
  const { contentHasher } = await import('./content-hash.js');
  const check = new Check(await contentHasher());
  for (const damage of trace.damage)
    check.found(undefined, `${damage.length} bytes at byte ${damage.offset}: ${damage.why}`);
  for (const warning of trace.warnings) {
    if (warning.code === 'W_TRUNCATED' || warning.code === 'W_NO_INDEX' || warning.code === 'W_INDEX')
      check.found(undefined, warning.message);
  }
  for (const [number, place] of trace.chunks.entries()) {
    signal?.throwIfAborted();
    check.chunk(trace, number, place);
    await yieldToOthers();
  }
  check.account(trace);
  return check.verdict(trace);
}

class Check {
  readonly #hashOf: (data: Uint8Array) => string;
  readonly #problems: Problem[] = [];
  readonly #blobs = new Set<string>();
  readonly #loss = new Map<number, bigint>();
  #cut = false;
  #unread = false;
  #ops = 0n;
  #gaps = 0;
  #dropped = 0n;
  #lastSeq = 0n;

  constructor(hashOf: (data: Uint8Array) => string) {
    this.#hashOf = hashOf;
  }

  found(chunk: number | undefined, message: string): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push({ chunk, message });
    else this.#cut = true;
  }

  chunk(trace: TraceFile, number: number, place: ChunkPlace): void {
    let loaded: LoadedChunk;
    try {
      loaded = trace.load(number);
    } catch (error) {
      if (!(error instanceof TraceError)) throw error;
      this.found(
        number,
        `ops ${place.firstSeq} to ${place.lastSeq}, byte ${place.offset}: ${error.why ?? error.message}`,
      );
      this.#unread = true;
      this.#lastSeq = place.lastSeq;
      return;
    }
    const { head, decoded } = loaded;
    if (head.firstSeq !== this.#lastSeq + 1n) {
      this.found(number, `begins with op ${head.firstSeq}; op ${this.#lastSeq + 1n} should come`);
    }
    if (trace.index !== undefined && place.baseTimeNs !== head.baseTimeNs) {
      this.found(number, `has base time ${head.baseTimeNs}; the index says ${place.baseTimeNs}`);
    }
    this.#lastSeq = head.lastSeq;
    this.#ops += BigInt(decoded.count);
    this.#records(trace, number, loaded);
    this.#eachOp(trace, number, loaded);
  }

  account(trace: TraceFile): void {
    const account = trace.index?.account;
    if (account === undefined) return;
    const { offered, recorded, dropped, filtered } = account;
    if (offered !== recorded + dropped + filtered) {
      this.found(
        undefined,
        `the account does not add up: ${offered} offered, ${recorded} recorded + ${dropped} dropped + ${filtered} filtered`,
      );
    }
    // What an unreadable chunk held is not known, and it was named already.
    if (this.#unread) return;
    if (recorded !== this.#ops) this.found(undefined, `the account says ${recorded} ops; the chunks hold ${this.#ops}`);
    if (dropped !== this.#dropped)
      this.found(undefined, `the account says ${dropped} dropped; the gaps say ${this.#dropped}`);
    this.#lossAgrees(trace);
  }

  verdict(trace: TraceFile): Verdict {
    return {
      ops: this.#ops,
      chunks: trace.chunks.length,
      gaps: this.#gaps,
      dropped: this.#dropped,
      problems: this.#problems,
      cut: this.#cut,
    };
  }

  #records(trace: TraceFile, number: number, { head, decoded }: LoadedChunk): void {
    // A later minor version may add kinds; that is no fault of the file.
    const newer = isNewerMinor(trace.header);
    let dropped = 0n;
    for (const { record } of decoded.others()) {
      const { kind } = record;
      if (kind === undefined && !newer) this.found(number, 'holds a record of a kind that this bento-rr does not know');
      if (kind?.kind === 'blob') this.#blob(number, kind.value);
      if (kind?.kind === 'task' && kind.value.lockOrder.length % 5 !== 0)
        this.found(number, `a segment of task ${kind.value.id} has a lock order that is not fives`);
      if (kind?.kind !== 'gap') continue;
      this.#gaps++;
      dropped += kind.value.dropped;
      const byCause = kind.value.loss.reduce((sum, loss) => sum + loss.ops, 0n);
      if (byCause !== kind.value.dropped) {
        this.found(number, `a gap of ${kind.value.dropped} ops has causes for ${byCause}`);
      }
      for (const loss of kind.value.loss) this.#loss.set(loss.cause, (this.#loss.get(loss.cause) ?? 0n) + loss.ops);
    }
    if (dropped !== head.dropped) this.found(number, `says ${head.dropped} ops are missing; its gaps say ${dropped}`);
    this.#dropped += dropped;
  }

  /** A content whose name is not its hash would be replayed as something else than was written. */
  #blob(number: number, { hash, data }: Blob): void {
    const name = Buffer.from(hash);
    this.#blobs.add(name.toString('latin1'));
    const own = this.#hashOf(data);
    if (own !== name.toString('hex'))
      this.found(number, `the content named ${name.toString('hex')} hashes to ${own}: it is not what was written`);
  }

  #eachOp(trace: TraceFile, number: number, { decoded }: LoadedChunk): void {
    const needsBlobs = trace.header.dataPolicy === DataPolicy.FULL;
    for (let index = 0; index < decoded.count; index++) {
      const op = decoded.wireOp(index);
      const seq = decoded.firstSeq + BigInt(index);
      if (needsBlobs && !this.#hasContent(op))
        this.found(number, `op ${seq} writes a content that no blob before it holds`);
      if (op.request === undefined && !isNewerMinor(trace.header))
        this.found(number, `op ${seq} holds no request that this bento-rr knows`);
      if (op.lockOrder.length % 5 !== 0)
        this.found(number, `op ${seq} has a lock order of ${op.lockOrder.length} numbers, not fives`);
      if (op.failures.length % 2 !== 0)
        this.found(number, `op ${seq} has ${op.failures.length} numbers of failures, not pairs`);
      if (op.caller !== 0 && !decoded.heads.callers.has(op.caller)) {
        this.found(number, `op ${seq} names caller ${op.caller}, which the chunk does not define`);
      }
      if (op.errno !== 0 && op.reply !== undefined) this.found(number, `op ${seq} has both an errno and an answer`);
    }
  }

  #hasContent({ request }: Op): boolean {
    if (request?.kind !== 'write' || request.value.content?.kind !== 'hash') return true;
    return this.#blobs.has(Buffer.from(request.value.content.value).toString('latin1'));
  }

  #lossAgrees(trace: TraceFile): void {
    const stated = new Map<number, bigint>();
    for (const loss of trace.index?.loss ?? []) stated.set(loss.cause, (stated.get(loss.cause) ?? 0n) + loss.ops);
    for (const cause of new Set([...stated.keys(), ...this.#loss.keys()])) {
      const index = stated.get(cause) ?? 0n;
      const gaps = this.#loss.get(cause) ?? 0n;
      // An index without causes states none; the gaps have them.
      if (index !== gaps && stated.size > 0)
        this.found(undefined, `${lossCauseText(cause)}: the index says ${index} ops, the gaps ${gaps}`);
    }
  }
}
