// SPDX-License-Identifier: MIT OR Apache-2.0

/** Traces made for tests: every kind of op and record, in as few bytes as it takes. */

import { DataPolicy, DropPolicy, type HeaderInit, Origin, type RecordInit, Source } from '../../src/proto/gen/trace.js';
import { memorySource } from '../../src/trace/byte-source.js';
import { type OpenOptions, TraceFile } from '../../src/trace/trace-file.js';
import { type Ending, type OpToWrite, TraceWriter, type WriterOptions } from '../../src/trace/trace-writer.js';

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** 2026-11-22 00:00:00 UTC. */
export const START = 1_795_305_600_000_000_000n;

export const HEADER: HeaderInit = {
  uuid: Uint8Array.from({ length: 16 }, (_, index) => index + 1),
  recordedBy: 'test',
  source: Source.FUSE,
  kernelRelease: '6.1.0',
  startRealtimeNs: START,
  mountOptions: 'rw,allow_other',
  module: {
    fsName: 'memfs',
    buildId: Uint8Array.of(0xab, 0xcd),
    sourceRevision: '0123abc',
    abiMajor: 1,
    stateSchema: 3,
    lockClass: ['inode', 'dir'],
  },
  dropPolicy: DropPolicy.BLOCK,
  dataPolicy: DataPolicy.FULL,
  origin: Origin.MKFS,
  usualTtlNs: 1_000_000_000n,
  command: [bytes('git'), bytes('clone')],
};

export type CraftPart =
  | { readonly op: OpToWrite }
  | { readonly record: NonNullable<RecordInit['kind']> }
  | { readonly endChunk: true };

/** Bytes of a trace of these parts. Without `ending: null` it is finished with index and trailer. */
export function craft(
  parts: readonly CraftPart[],
  options: WriterOptions & { readonly header?: HeaderInit; readonly ending?: Ending | null } = {},
): Uint8Array {
  const written: Uint8Array[] = [];
  const writer = new TraceWriter({ write: (part) => written.push(part) }, { ...HEADER, ...options.header }, options);
  for (const part of parts) {
    if ('op' in part) writer.op(part.op);
    else if ('record' in part) writer.record(part.record);
    else writer.flush();
  }
  if (options.ending === null) writer.flush();
  else writer.finish(options.ending ?? { endRealtimeNs: START + 10_000_000_000n });
  return Buffer.concat(written);
}

export function openBytes(content: Uint8Array, options: OpenOptions = {}): TraceFile {
  return TraceFile.fromSource(memorySource(content, 'test.btr'), options);
}

const CALLER = { uid: 1000, gid: 100, pid: 77 };

/** A short life of a file system: make a directory and a file in it, write, read, rename, unlink, and an error. */
export function smallLife(): readonly CraftPart[] {
  let clock = START;
  const op = (rest: Omit<OpToWrite, 'begin'>): CraftPart => {
    clock += 1_000_000n;
    return { op: { begin: clock, durationNs: 3_100n, caller: CALLER, ...rest } };
  };
  const attr = { mode: 0o100644, mtime: -5n, uid: 1000, gid: 100 };
  return [
    { op: { begin: START, request: { kind: 'mkfs', value: { options: 'blocks=64' } } } },
    { op: { begin: START + 1n, request: { kind: 'mount', value: {} } } },
    op({ nodeid: 1n, errno: 2, request: { kind: 'lookup', value: { name: bytes('dir') } } }),
    op({
      nodeid: 1n,
      request: { kind: 'mkdir', value: { name: bytes('dir'), mode: 0o755 } },
      reply: { kind: 'entry', value: { nodeid: 2n, attr: { mode: 0o40755, nlinkLessOne: 1 } } },
    }),
    op({
      nodeid: 2n,
      request: { kind: 'create', value: { name: bytes('a b'), mode: 0o100644, flags: 0o102 } },
      reply: { kind: 'created', value: { entry: { nodeid: 3n, attr }, opened: { fh: 9n } } },
    }),
    { endChunk: true },
    op({
      nodeid: 3n,
      thread: 1,
      request: { kind: 'write', value: { fh: 9n, size: 5, content: { kind: 'inline', value: bytes('hello') } } },
      reply: { kind: 'written', value: 5n },
      lockOrder: [0n, 1n, 3n, 4n, 0n, 2n, 0n, 3n, 5n, 1n],
    }),
    { record: { kind: 'gap', value: { dropped: 2n, loss: [{ cause: 1, cpu: 0, ops: 2n }] } } },
    op({
      nodeid: 3n,
      request: { kind: 'read', value: { fh: 9n, size: 4096 } },
      reply: { kind: 'data', value: { size: 5n, hash: 0x1122334455667788n } },
    }),
    op({
      nodeid: 2n,
      request: { kind: 'rename', value: { name: bytes('a b'), newParent: 1n, newName: bytes('c') } },
    }),
    op({
      nodeid: 3n,
      request: { kind: 'getattr', value: {} },
      reply: { kind: 'attr', value: { size: 5n, ...attr, inoDelta: 0n } },
    }),
    op({
      nodeid: 1n,
      request: { kind: 'readdir', value: { fh: 1n, size: 4096 } },
      reply: {
        kind: 'listing',
        value: {
          entry: [
            { name: bytes('c'), ino: 3n, cookieDelta: 1n, type: 8 },
            { name: bytes('dir'), ino: 2n, cookieDelta: 1n, type: 4 },
          ],
        },
      },
    }),
    op({ nodeid: 1n, request: { kind: 'unlink', value: { name: bytes('c') } } }),
    { record: { kind: 'mark', value: { text: 'here', timeNs: clock } } },
    op({ nodeid: 3n, request: { kind: 'forget', value: { nodes: [3n, 1n] } } }),
  ];
}
