// SPDX-License-Identifier: MIT OR Apache-2.0

import { formatName } from '../../base/format.js';
import type { TraceOp } from '../../trace/op.js';
import { opFields, type Field as TreeField } from '../../trace/op-fields.js';
import { namedPlaces } from '../../trace/op-names.js';
import { inodeText, type PathLookup, requestText, resultText } from '../../trace/op-text.js';
import type { Field, OpDetail, OpRow } from '../ports/trace-source.js';

/** The op as one line of the timeline. */
export function opRow(op: TraceOp, paths: PathLookup | undefined, gapBefore: bigint): OpRow {
  return {
    seq: op.seq,
    beginNs: op.started,
    durationNs: op.duration,
    thread: op.thread,
    op: op.name,
    subject: subjectText(op, paths),
    result: op.errno === 0 && op.reply === undefined ? 'ok' : resultText(op),
    failed: op.errno !== 0,
    gapBefore,
  };
}

/** What the op is about: whole paths where names are, otherwise inode and arguments. */
export function subjectText(op: TraceOp, paths: PathLookup | undefined): string {
  const names = namedPlaces(op.nodeid, op.request).map(({ parent, name }) => {
    const directory = inodeText(parent, op.seq, paths);
    return `${directory === '/' ? '' : directory}/${formatName(name)}`;
  });
  const { request } = op;
  if (request?.kind === 'link') return `${inodeText(op.nodeid, op.seq, paths)} -> ${names[0]}`;
  if (request?.kind === 'symlink') return `${names[0]} -> ${formatName(request.value.target)}`;
  if (request?.kind === 'write') {
    const { fh, offset, size } = request.value;
    // What was written stands in the detail.
    return `${inodeText(op.nodeid, op.seq, paths)} fh ${fh} ${offset}+${size}`;
  }
  return names.length > 0 ? names.join(' -> ') : requestText(op, paths);
}

/** Everything about the op, by what it belongs to. */
export function opDetail(
  op: TraceOp,
  paths: PathLookup | undefined,
  lockClasses: readonly string[],
  gapBefore: bigint,
): OpDetail {
  const fields = opFields(op, paths, lockClasses);
  const plain = (name: string) => fields.flatMap((field) => (field.name === name && 'value' in field ? [field] : []));
  const request = fields.find((field) => field.name === 'request');
  const taken = fields.filter(
    ({ name }) => name === 'lock order' || name === 'random' || name === 'clock' || name.startsWith('failed service'),
  );
  return {
    row: opRow(op, paths, gapBefore),
    request: [
      ...plain('inode'),
      ...(request === undefined || 'value' in request ? [] : flatten(request.fields, '')),
      ...plain('caller'),
    ],
    answer: answerFields(fields),
    taken: taken.flatMap((field) => ('value' in field ? [field] : flatten(field.fields, ''))),
  };
}

/** The answer's fields under the names that a divergence gives them: `errno`, `entry.attr.size`. */
export function answerFields(fields: readonly TreeField[]): readonly Field[] {
  return fields.flatMap((field): readonly Field[] => {
    if (field.name === 'errno' && 'value' in field) return [field];
    const kind = /^reply (.+)$/.exec(field.name)?.[1];
    return kind === undefined || 'value' in field ? [] : flatten(field.fields, snake(kind));
  });
}

function flatten(fields: readonly TreeField[], prefix: string): readonly Field[] {
  return fields.flatMap((field): readonly Field[] => {
    // A reply that is one value has it under this name, and is called by its kind.
    const name = prefix === '' ? field.name : field.name === 'value' ? prefix : `${prefix}.${field.name}`;
    return 'value' in field ? [{ name, value: field.value }] : flatten(field.fields, name);
  });
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
