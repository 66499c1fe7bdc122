// SPDX-License-Identifier: MIT OR Apache-2.0

/** What a filter can ask of an op. Each term says what it knows from the columns alone, and what from the whole op. */

import { formatName } from '../../base/format.js';
import type { DecodedChunk } from '../decoded-chunk.js';
import type { TraceOp } from '../op.js';
import { namedPlaces, opHandle, replyNodeid, requestNames } from '../op-names.js';
import type { PathLookup } from '../op-text.js';

/** Where a filter is asked: the whole trace around an op. */
export type FilterContext = {
  /** Begin of the recording: times in a filter count from here. */
  readonly startNs: bigint;
  /** Needed by filters that ask for paths. */
  readonly paths?: PathLookup;
};

/** A number that the columns hold, or the whole op. */
export type NumberField = {
  readonly kind: 'number';
  readonly unit: 'plain' | 'span' | 'time' | 'errno' | 'op';
  /** From the columns; absent when they do not hold it. A plain number where 32 bits do: no bigint is made for it. */
  readonly head?: (chunk: DecodedChunk, index: number, context: FilterContext) => bigint | number;
  /** Every value that the op has; a comparison holds when it holds for one. */
  readonly values: (op: TraceOp, context: FilterContext) => readonly bigint[];
};

/** Texts of an op; a comparison holds when it holds for one. */
export type TextField = {
  readonly kind: 'text';
  readonly values: (op: TraceOp, context: FilterContext) => readonly string[];
};

export type FilterField = NumberField | TextField;

const one = (value: bigint | number | undefined): readonly bigint[] => (value === undefined ? [] : [BigInt(value)]);

/** The fields by name, in the order in which help lists them. */
export const FILTER_FIELDS: Readonly<Record<string, FilterField & { readonly about: string }>> = {
  op: {
    kind: 'number',
    unit: 'op',
    about: 'name of the op: op=LOOKUP, op=read,write',
    head: (chunk, index) => chunk.heads.opcode[index] as number,
    values: () => [],
  },
  errno: {
    kind: 'number',
    unit: 'errno',
    about: 'its errno, by name or number: errno=ENOENT; ok and error are short for errno=0 and errno!=0',
    head: (chunk, index) => chunk.heads.errno[index] as number,
    values: (op) => one(op.errno),
  },
  name: {
    kind: 'text',
    about: 'a name in the request: name=Makefile, name~.tmp (holds); "text" alone is short for name~text',
    values: (op) => requestNames(op).map(formatName),
  },
  path: {
    kind: 'text',
    about: 'path of the inode or name it is about: path~/src/',
    values: opPaths,
  },
  ino: {
    kind: 'number',
    unit: 'plain',
    about: 'an inode it is about, in the request or the answer: ino=12; #12 is short for it',
    values: (op) => [
      op.nodeid,
      ...one(replyNodeid(op)),
      ...namedPlaces(op.nodeid, op.request).map((place) => place.parent),
    ],
  },
  fh: { kind: 'number', unit: 'plain', about: 'the handle it uses or gives: fh=3', values: (op) => one(opHandle(op)) },
  thread: {
    kind: 'number',
    unit: 'plain',
    about: 'slot of the thread that served it',
    head: (chunk, index) => chunk.heads.thread[index] as number,
    values: (op) => one(op.thread),
  },
  pid: {
    kind: 'number',
    unit: 'plain',
    about: 'process that made it (also uid, gid)',
    head: (chunk, index) => chunk.caller(index).pid,
    values: (op) => one(op.caller.pid),
  },
  uid: {
    kind: 'number',
    unit: 'plain',
    about: 'user that made it',
    head: (chunk, index) => chunk.caller(index).uid,
    values: (op) => one(op.caller.uid),
  },
  gid: {
    kind: 'number',
    unit: 'plain',
    about: 'group that made it',
    head: (chunk, index) => chunk.caller(index).gid,
    values: (op) => one(op.caller.gid),
  },
  time: {
    kind: 'number',
    unit: 'time',
    about: 'when it began, from the begin of the recording or as ISO-8601: time>1.5s, time=2s-3s',
    head: (chunk, index, context) => chunk.started(index) - context.startNs,
    values: (op, context) => [op.started - context.startNs],
  },
  dur: {
    kind: 'number',
    unit: 'span',
    about: 'how long it took: dur>1ms',
    head: (chunk, index) => chunk.heads.duration[index] as bigint,
    values: (op) => [op.duration],
  },
  seq: {
    kind: 'number',
    unit: 'plain',
    about: 'its number: seq=10-20',
    head: (chunk, index) => chunk.firstSeq + BigInt(index),
    values: (op) => [op.seq],
  },
  size: { kind: 'number', unit: 'plain', about: 'bytes of a read or write', values: (op) => one(ioSize(op)) },
  offset: { kind: 'number', unit: 'plain', about: 'where a read or write begins', values: (op) => one(ioOffset(op)) },
};

function ioSize(op: TraceOp): number | undefined {
  return op.request?.kind === 'read' || op.request?.kind === 'write' ? op.request.value.size : undefined;
}

function ioOffset(op: TraceOp): bigint | undefined {
  return op.request?.kind === 'read' || op.request?.kind === 'write' ? op.request.value.offset : undefined;
}

function opPaths(op: TraceOp, context: FilterContext): readonly string[] {
  const inode = op.nodeid === 0n ? undefined : context.paths?.before(op.nodeid, op.seq);
  const named = namedPlaces(op.nodeid, op.request).flatMap((place) => {
    const parent = context.paths?.before(place.parent, op.seq);
    return parent === undefined ? [] : [`${parent === '/' ? '' : parent}/${formatName(place.name)}`];
  });
  return [...(inode === undefined ? [] : [inode]), ...named];
}
