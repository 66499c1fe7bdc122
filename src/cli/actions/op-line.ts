// SPDX-License-Identifier: MIT OR Apache-2.0

import { formatName } from '../../base/format.js';
import type { TraceOp } from '../../trace/op.js';
import { TraceFile } from '../../trace/trace-file.js';

/** An op of a trace in one line, or undefined when the trace does not hold it. */
export async function opLineAt(path: string, seq: bigint): Promise<string | undefined> {
  const trace = TraceFile.open(path, { allowDamage: true });
  try {
    return trace.chunkOf(seq) === undefined ? undefined : opLine(trace.op(seq));
  } finally {
    trace.close();
  }
}

function opLine(op: TraceOp): string {
  const names = namesOf(op).map((name) => ` "${formatName(name)}"`);
  return `${op.name} ino ${op.nodeid}${names.join('')}`;
}

function namesOf(op: TraceOp): readonly Uint8Array[] {
  const value = op.request?.value;
  if (value === undefined || typeof value !== 'object') return [];
  return [Reflect.get(value, 'name'), Reflect.get(value, 'newName')].filter((name) => name instanceof Uint8Array);
}
