// SPDX-License-Identifier: MIT OR Apache-2.0

import { setImmediate as yieldToOthers } from 'node:timers/promises';
import {
  DataPolicy,
  type Header,
  type HeaderInit,
  type Index,
  Origin,
  type RecordInit,
  Source,
  type Record as TraceRecord,
} from '../../proto/gen/trace.js';
import type { DecodedChunk } from '../decoded-chunk.js';
import type { TraceFile } from '../trace-file.js';
import { type TraceSink, TraceWriter } from '../trace-writer.js';
import { NameMap } from './name-map.js';
import { learnNames, redactOp } from './redact-op.js';
import { REDACTED, redactOptions } from './redact-text.js';

export type RedactOptions = {
  /** Random bytes that nobody keeps: whoever has them can test guesses against the copy. */
  readonly secret: Uint8Array;
  /** Name of the copy: 16 random bytes. */
  readonly uuid: Uint8Array;
  readonly signal?: AbortSignal;
  readonly onProgress?: (part: 'names' | 'ops', done: bigint) => void;
};

export type RedactResult = {
  readonly ops: bigint;
  /** Records that were left out, by kind. */
  readonly leftOut: Readonly<Record<string, number>>;
  /** Why the copy cannot be replayed; undefined when it can. */
  readonly notReplayable: string | undefined;
};

/** Writes a copy of a trace without names and contents. Two passes: order among names is kept by knowing them all. */
export async function redactTrace(trace: TraceFile, sink: TraceSink, options: RedactOptions): Promise<RedactResult> {
  const names = new NameMap(options.secret);
  for await (const chunk of chunksOf(trace, options)) {
    for (let index = 0; index < chunk.count; index++) learnNames(chunk.wireOp(index), names);
    for (const { record } of chunk.others()) {
      if (record.kind?.kind === 'unfinished') learnNames(record.kind.value, names);
      if (record.kind?.kind === 'panic' && record.kind.value.op !== undefined) learnNames(record.kind.value.op, names);
    }
    options.onProgress?.('names', chunk.firstSeq);
  }
  const writer = new TraceWriter(sink, redactHeader(trace.header, options.uuid), { codec: 'zstd' });
  const leftOut = new Map<string, number>();
  for await (const chunk of chunksOf(trace, options)) {
    copyChunk(chunk, writer, names, leftOut);
    options.onProgress?.('ops', chunk.firstSeq);
  }
  // Past damage the old account no longer fits; the writer makes one of what is there.
  const { account, loss, endRealtimeNs } = trace.damage.length > 0 ? NO_ENDING : (trace.index ?? NO_ENDING);
  writer.finish({
    ...(account === undefined ? {} : { account }),
    ...(loss === undefined ? {} : { loss }),
    ...(endRealtimeNs === undefined ? {} : { endRealtimeNs }),
  });
  return { ops: writer.nextSeq - 1n, leftOut: Object.fromEntries(leftOut), notReplayable: notReplayable(trace.header) };
}

const NO_ENDING: Partial<Index> = {};

async function* chunksOf(trace: TraceFile, options: RedactOptions): AsyncGenerator<DecodedChunk> {
  for (let number = 0; number < trace.chunks.length; number++) {
    options.signal?.throwIfAborted();
    const chunk = trace.chunkIfWhole(number);
    if (chunk !== undefined) yield chunk;
    await yieldToOthers();
  }
}

function copyChunk(chunk: DecodedChunk, writer: TraceWriter, names: NameMap, leftOut: Map<string, number>): void {
  const others = [...chunk.others()];
  let next = 0;
  const copyOthers = (opsBefore: number): void => {
    for (; next < others.length && (others[next]?.opsBefore ?? 0) <= opsBefore; next++) {
      const { kind } = others[next]?.record ?? {};
      const copy = kind === undefined ? undefined : redactRecord(kind, names);
      if (copy !== undefined) writer.record(copy);
      else leftOut.set(kind?.kind ?? 'unknown', (leftOut.get(kind?.kind ?? 'unknown') ?? 0) + 1);
    }
  };
  for (let index = 0; index < chunk.count; index++) {
    copyOthers(index);
    const caller = chunk.heads.caller[index] === 0 ? {} : { caller: chunk.caller(index) };
    writer.op({ ...redactOp(chunk.wireOp(index), names), begin: chunk.heads.begin[index] as bigint, ...caller });
  }
  copyOthers(chunk.count);
}

/** A record as it may be given away; undefined for one that is nothing but content. */
function redactRecord(
  kind: NonNullable<TraceRecord['kind']>,
  names: NameMap,
): NonNullable<RecordInit['kind']> | undefined {
  switch (kind.kind) {
    case 'gap':
    // A task's name is the module's, and a replay finds the task by it.
    case 'task':
      return kind;
    case 'upgrade': {
      const { refused } = kind.value;
      return { kind: 'upgrade', value: { ...kind.value, refused: refused === '' ? '' : REDACTED } };
    }
    case 'mark':
      return { kind: 'mark', value: { ...kind.value, text: REDACTED } };
    case 'panic': {
      // Where the code panicked is the module's; what it said may quote a name.
      const { cause, location, op, task } = kind.value;
      const where = {
        ...(op === undefined ? {} : { op: redactOp(op, names) }),
        ...(task === undefined ? {} : { task }),
      };
      return { kind: 'panic', value: { cause, location, message: REDACTED, ...where } };
    }
    case 'unfinished':
      return { kind: 'unfinished', value: { ...redactOp(kind.value, names), beginDeltaNs: kind.value.beginDeltaNs } };
    case 'op':
    case 'caller':
    case 'times':
    case 'block':
    case 'blob':
    case 'checkpoint':
      return undefined;
  }
}

function redactHeader(header: Header, uuid: Uint8Array): HeaderInit {
  const { crc32: _crc, formatMajor: _major, formatMinor: _minor, ...rest } = header;
  return {
    ...rest,
    uuid,
    source: Source.DERIVED,
    dataPolicy: DataPolicy.NONE,
    mountOptions: redactOptions(header.mountOptions),
    fsOptions: redactOptions(header.fsOptions),
    command: header.command.map(() => Buffer.from(REDACTED)),
  };
}

function notReplayable(header: Header): string | undefined {
  if (header.origin === Origin.MKFS) return undefined;
  return header.origin === Origin.CHECKPOINT
    ? 'the recording began at a checkpoint, which holds names and contents and was left out'
    : 'the recording began on an existing image, whose blocks were left out';
}
