// SPDX-License-Identifier: MIT OR Apache-2.0

import type { Ino, Ns, Seq } from '../base/ids.js';
import type { Caller, Op, OpRequest, ReadHash } from '../proto/gen/trace.js';
import type { DecodedChunk } from './decoded-chunk.js';
import { type OpName, opName } from './opcodes.js';
import { type Reply, resolveReply } from './reply.js';

/** One op with everything that the trace stores by difference or by number put in its place. */
export type TraceOp = {
  readonly seq: Seq;
  readonly name: OpName;
  /** What the module saw of the clock, nanoseconds since 1970: file times are this. */
  readonly begin: Ns;
  /** When it began, more exactly where the trace tells it. */
  readonly started: Ns;
  readonly duration: Ns;
  /** Ops that ended while it was under way. */
  readonly overlap: number;
  /** Slot of the thread that served it. */
  readonly thread: number;
  readonly caller: Caller;
  /** The inode it is about; the parent, where it has a name. */
  readonly nodeid: Ino;
  readonly request: OpRequest | undefined;
  /** 0 is success. */
  readonly errno: number;
  readonly reply: Reply | undefined;
  /** Which hash names what was read. */
  readonly readHash: ReadHash;
  readonly locks: readonly LockStep[];
  /** Bytes drawn from the random source. */
  readonly random: Uint8Array;
  /** Clock readings, nanoseconds since 1970. */
  readonly clock: readonly Ns[];
  readonly failures: readonly ServiceFailure[];
  /** Place of its chunk in the file. */
  readonly chunk: number;
};

/** One lock acquisition whose place in the order is not implied by the thread's own. */
export type LockStep = {
  /** Counts the op's acquisitions from 0. */
  readonly acquisition: bigint;
  /** Place of the lock's class in Header.module.lock_class. */
  readonly lockClass: bigint;
  readonly key: bigint;
  /** Exclusive acquisitions that the lock had seen. */
  readonly writes: bigint;
  /** Shared ones since the last of them. */
  readonly reads: bigint;
};

/** A service of the host that failed, by its number among the op's fallible calls. */
export type ServiceFailure = { readonly call: bigint; readonly errno: number };

/** What a trace's header says of its ops. */
export type HeaderOfOps = { readonly usualTtlNs: bigint; readonly readHash: ReadHash };

/** The op at a place in its chunk. */
export function resolveOp(chunk: DecodedChunk, index: number, header: HeaderOfOps): TraceOp {
  const begin = chunk.heads.begin[index] as Ns;
  return resolveWireOp(chunk.wireOp(index), {
    seq: (chunk.firstSeq + BigInt(index)) as Seq,
    name: opName(chunk.heads.opcode[index] as number),
    begin,
    started: chunk.started(index) as Ns,
    caller: chunk.caller(index),
    chunk: chunk.number,
    usualTtlNs: header.usualTtlNs,
    readHash: header.readHash,
  });
}

/** What stands around an op and not in it. */
export type OpPlace = {
  readonly seq: Seq;
  readonly name: OpName;
  readonly begin: Ns;
  readonly started: Ns;
  readonly caller: Caller;
  readonly chunk: number;
  readonly usualTtlNs: bigint;
  readonly readHash: ReadHash;
};

/** An op as the wire has it, resolved with what stands around it; used for answers that a host sends, too. */
export function resolveWireOp(op: Op, place: OpPlace): TraceOp {
  const { usualTtlNs, ...around } = place;
  return {
    ...around,
    duration: op.durationNs as Ns,
    overlap: op.overlap,
    thread: op.thread,
    nodeid: op.nodeid as Ino,
    request: op.request,
    errno: op.errno,
    reply:
      op.reply === undefined
        ? undefined
        : resolveReply(op.reply, { begin: place.begin, nodeid: op.nodeid, usualTtlNs }),
    locks: lockSteps(op.lockOrder),
    random: op.random,
    clock: op.clockNs.map((after) => (place.begin + after) as Ns),
    failures: serviceFailures(op.failures),
  };
}

function lockSteps(flat: readonly bigint[]): readonly LockStep[] {
  if (flat.length === 0) return [];
  const steps: LockStep[] = [];
  let acquisition = 0n;
  for (let at = 0; at + 4 < flat.length; at += 5) {
    const [delta, lockClass, key, writes, reads] = flat.slice(at, at + 5) as [bigint, bigint, bigint, bigint, bigint];
    acquisition += delta;
    steps.push({ acquisition, lockClass, key, writes, reads });
  }
  return steps;
}

function serviceFailures(flat: readonly bigint[]): readonly ServiceFailure[] {
  const failures: ServiceFailure[] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) {
    failures.push({ call: flat[at] as bigint, errno: Number(flat[at + 1]) });
  }
  return failures;
}
