// SPDX-License-Identifier: MIT OR Apache-2.0

import { formatName } from '../base/format.js';
import { errnoName } from '../trace/errno-names.js';
import type { TraceItem } from '../trace/filter/select.js';
import type { TraceOp } from '../trace/op.js';
import { opHandle, replyNodeid, requestNames } from '../trace/op-names.js';
import type { PathLookup } from '../trace/op-text.js';

const COLUMNS: readonly (readonly [title: string, value: (op: TraceOp, paths?: PathLookup) => unknown])[] = [
  ['seq', (op) => op.seq],
  ['begin_ns', (op) => op.started],
  ['duration_ns', (op) => op.duration],
  ['thread', (op) => op.thread],
  ['uid', (op) => op.caller.uid],
  ['gid', (op) => op.caller.gid],
  ['pid', (op) => op.caller.pid],
  ['op', (op) => op.name],
  ['nodeid', (op) => op.nodeid],
  ['path', (op, paths) => paths?.before(op.nodeid, op.seq)],
  ['name', (op) => nameAt(op, 0)],
  ['new_name', (op) => nameAt(op, 1)],
  ['fh', opHandle],
  ['offset', (op) => ioPart(op, 'offset')],
  ['size', (op) => ioPart(op, 'size')],
  ['errno', (op) => (op.errno === 0 ? undefined : errnoName(op.errno))],
  ['reply_nodeid', replyNodeid],
];

/** Comma-separated values (RFC 4180) with a head line; one line an op. */
export async function* csv(batches: AsyncIterable<readonly TraceItem[]>, paths?: PathLookup): AsyncGenerator<string> {
  yield `${COLUMNS.map(([title]) => title).join(',')}\r\n`;
  for await (const batch of batches) {
    const lines = batch.flatMap((item) => (item.kind === 'op' ? [line(item.op, paths)] : []));
    if (lines.length > 0) yield lines.join('');
  }
}

function line(op: TraceOp, paths?: PathLookup): string {
  return `${COLUMNS.map(([, value]) => cell(value(op, paths))).join(',')}\r\n`;
}

function cell(value: unknown): string {
  if (value === undefined) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function nameAt(op: TraceOp, place: number): string | undefined {
  const name = requestNames(op)[place];
  return name === undefined ? undefined : formatName(name);
}

function ioPart(op: TraceOp, part: 'offset' | 'size'): unknown {
  return op.request?.kind === 'read' || op.request?.kind === 'write' ? op.request.value[part] : undefined;
}
