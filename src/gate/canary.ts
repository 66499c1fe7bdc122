// SPDX-License-Identifier: MIT OR Apache-2.0

import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatCount } from '../base/format.js';
import { replay } from '../diff/replay.js';
import { withHost } from '../host/host.js';
import type { Surroundings } from '../host/locate.js';
import { type Op, type OpReply, Source } from '../proto/gen/trace.js';
import type { DecodedChunk } from '../trace/decoded-chunk.js';
import { TraceFile } from '../trace/trace-file.js';
import { TraceWriter } from '../trace/trace-writer.js';

export type Canary = {
  readonly caught: boolean;
  /** What was altered and what came of it. */
  readonly detail: string;
  readonly trace: string;
  /** The altered op; absent when no op could be altered. */
  readonly seq: bigint | undefined;
};

export type CanaryRequest = {
  readonly trace: string;
  readonly module: string;
  readonly rules?: string | undefined;
  readonly deadlineMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** How far into a trace the altered op lies at most: the proof is the same, and a million ops need not be copied for it. */
const FARTHEST = 5_000n;
/** ENOTRECOVERABLE: no file system answers it by itself. */
const FOREIGN_ERRNO = 131;

/**
 * Proves that this very run would see a wrong answer: one recorded answer of a copy of the trace is altered, the copy replayed with the same
 * module, rules and code, and the replay must stop at that op. A gate that cannot fail proves nothing.
 */
export async function flyCanary(around: Surroundings, request: CanaryRequest): Promise<Canary> {
  const folder = await mkdtemp(join(tmpdir(), 'bento-rr-canary-'));
  try {
    const copy = join(folder, 'canary.btr');
    const altered = alterOneAnswer(request.trace, copy);
    if (altered === undefined) {
      return { caught: false, detail: 'the trace has no answer to alter', trace: request.trace, seq: undefined };
    }
    const { seq, what } = altered;
    const about = `op ${formatCount(seq)} of a copy was made to say ${what}`;
    const outcome = await withHost(around, async (host) => {
      const trace = await host.openTrace(copy, { signal: request.signal });
      const { module, rules, deadlineMs, signal } = request;
      return await replay(host, { trace, module, rules, deadlineMs, signal, noDigest: true });
    });
    const caught = outcome.verdict === 'diverged' && outcome.divergence?.seq === seq;
    const came =
      outcome.verdict === 'diverged'
        ? `the replay parted at op ${formatCount(outcome.divergence?.seq ?? 0n)}, ${outcome.divergence?.field ?? ''}`
        : `the replay said "${outcome.verdict}"`;
    const hint = caught || request.rules === undefined ? '' : ' (are the rules too wide?)';
    return { caught, detail: `${about}; ${came}${hint}`, trace: request.trace, seq };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes the trace up to one op whose answer is altered. */
function alterOneAnswer(from: string, to: string): { readonly seq: bigint; readonly what: string } | undefined {
  const trace = TraceFile.open(from);
  const file = openSync(to, 'w');
  try {
    const wanted = findAlterable(trace);
    if (wanted === undefined) return undefined;
    const writer = new TraceWriter(
      { write: (bytes) => writeSync(file, bytes) },
      { ...trace.header, source: Source.DERIVED },
    );
    for (let number = 0; number < trace.chunks.length; number += 1) {
      if (copyChunk(writer, trace.chunk(number), wanted)) break;
    }
    writer.finish();
    return wanted;
  } finally {
    closeSync(file);
    trace.close();
  }
}

type Alteration = { readonly seq: bigint; readonly what: string; readonly alter: (op: Op) => Op };

/** An op about the middle of the trace with attributes in its answer, or else any that succeeded. */
function findAlterable(trace: TraceFile): Alteration | undefined {
  const middle = trace.firstSeq + (trace.lastSeq - trace.firstSeq) / 2n;
  const start = middle < FARTHEST ? middle : FARTHEST;
  let fallback: Alteration | undefined;
  for (const op of trace.opsFrom(start)) {
    if (op.errno !== 0 || ['MKFS', 'MOUNT', 'UNMOUNT', 'FORGET'].includes(op.name)) continue;
    if (op.reply?.kind === 'attr') {
      return {
        seq: op.seq,
        what: `${op.name} answered one link more`,
        alter: (wire) => ({ ...wire, reply: moreLinks(wire.reply) }),
      };
    }
    fallback ??= {
      seq: op.seq,
      what: `${op.name} failed`,
      alter: (wire) => ({ ...wire, reply: undefined, errno: FOREIGN_ERRNO }),
    };
    if (op.seq > start + FARTHEST) break;
  }
  return fallback;
}

function moreLinks(reply: OpReply | undefined): OpReply | undefined {
  if (reply?.kind !== 'attr') return reply;
  return { kind: 'attr', value: { ...reply.value, nlinkLessOne: reply.value.nlinkLessOne + 1 } };
}

/** Copies a chunk's records in their order; true once the altered op is written. */
function copyChunk(writer: TraceWriter, chunk: DecodedChunk, { seq, alter }: Alteration): boolean {
  const others = [...chunk.others()];
  for (let index = 0; index <= chunk.count; index += 1) {
    for (let other = others[0]; other !== undefined && other.opsBefore <= index; other = others[0]) {
      others.shift();
      // Ops without an answer name callers of this chunk, which the copy numbers anew; replay has no use for them.
      const { kind } = other.record;
      if (kind !== undefined && kind.kind !== 'unfinished' && kind.kind !== 'panic') writer.record(kind);
    }
    if (index === chunk.count) return false;
    const at = chunk.firstSeq + BigInt(index);
    const wire = chunk.wireOp(index);
    const { caller: _, ...op } = at === seq ? alter(wire) : wire;
    const { uid, gid, pid, index: known } = chunk.caller(index);
    const begin = chunk.heads.begin[index] ?? 0n;
    writer.op({ ...op, begin, ...(known === 0 ? {} : { caller: { uid, gid, pid } }) });
    if (at === seq) return true;
  }
  return false;
}
