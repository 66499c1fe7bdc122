// SPDX-License-Identifier: MIT OR Apache-2.0

import type { TraceOp } from '../trace/op.js';
import { replyNodeid } from '../trace/op-names.js';
import type { TraceFile } from '../trace/trace-file.js';
import type { OpSet } from './keep.js';

/**
 * Ways to cut ops into sets that stand or fall together: by thread, then by inode in the order of their last use. Leaving an inode out
 * whole keeps what is left replayable, where leaving out one of its ops often does not.
 */
export function opPartitions(trace: TraceFile, ops: OpSet): readonly (readonly OpSet[])[] {
  const threads = new Map<number, bigint[]>();
  const inodes = new Map<bigint, bigint[]>();
  const first = ops[0] ?? 1n;
  const last = ops.at(-1) ?? 0n;
  // Mostly all up to the one that diverges; then nothing has to be looked up.
  const wanted = BigInt(ops.length) === last - first + 1n ? undefined : new Set(ops);
  for (const op of trace.opsFrom(first, last)) {
    if (wanted?.has(op.seq) === false) continue;
    add(threads, op.thread, op.seq);
    for (const inode of inodesOf(op)) add(inodes, inode, op.seq);
  }
  const byLastUse = (one: OpSet, other: OpSet) => Number((one.at(-1) ?? 0n) - (other.at(-1) ?? 0n));
  return [threads, inodes].filter((groups) => groups.size > 1).map((groups) => [...groups.values()].sort(byLastUse));
}

/** The inodes an op is about; a directory only by itself, or everything below it would go with it. */
function inodesOf(op: TraceOp): readonly bigint[] {
  const child = replyNodeid(op);
  return child === undefined || child === 0n ? [op.nodeid] : [child];
}

function add<K>(groups: Map<K, bigint[]>, key: K, seq: bigint): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [seq]);
  else group.push(seq);
}
