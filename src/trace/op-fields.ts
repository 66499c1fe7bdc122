// SPDX-License-Identifier: MIT OR Apache-2.0

/** An op as a tree of named values, for `dump --fields`, the TUI's detail pane and field-by-field comparison. */

import { formatName } from '../base/format.js';
import { formatDuration, formatWallClock } from '../base/time.js';
import { errnoName } from './errno-names.js';
import { fopenFlags, lockTypeName, modeText, requestFlagNames } from './flag-names.js';
import type { TraceOp } from './op.js';
import { inodeText, type PathLookup } from './op-text.js';

/** A value, or a group of fields, never both. */
export type Field =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly fields: readonly Field[] };

/** Groups of an op's fields: what it was, what was asked, what was answered, and what came from outside. */
export function opFields(op: TraceOp, paths?: PathLookup, lockClasses: readonly string[] = []): readonly Field[] {
  const path = op.nodeid === 0n ? undefined : inodeText(op.nodeid, op.seq, paths);
  const { uid, gid, pid } = op.caller;
  return [
    leaf('seq', `${op.seq}`),
    leaf('op', op.name),
    ...(path === undefined ? [] : [leaf('inode', path.startsWith('#') ? path : `${path} #${op.nodeid}`)]),
    leaf('begin', formatWallClock(op.started)),
    leaf('duration', formatDuration(op.duration)),
    leaf('thread', `${op.thread}${op.overlap === 0 ? '' : ` (${op.overlap} ops ended meanwhile)`}`),
    leaf('caller', `uid ${uid} gid ${gid} pid ${pid}`),
    ...requestFields(op),
    leaf('errno', errnoName(op.errno)),
    ...(op.reply === undefined ? [] : [group(`reply ${op.reply.kind}`, valueFields(op.reply.value, ''))]),
    ...outsideFields(op, lockClasses),
  ];
}

/** The tree as lines, two spaces a level. */
export function fieldLines(fields: readonly Field[], margin = ''): readonly string[] {
  const width = Math.max(0, ...fields.map((field) => ('value' in field ? field.name.length : 0)));
  return fields.flatMap((field) =>
    'value' in field
      ? [`${margin}${field.name.padEnd(width)}  ${field.value}`.trimEnd()]
      : [`${margin}${field.name}`, ...fieldLines(field.fields, `${margin}  `)],
  );
}

function requestFields(op: TraceOp): readonly Field[] {
  const { request } = op;
  if (request === undefined) return [];
  const fields =
    typeof request.value === 'object' ? valueFields(request.value, request.kind) : [leaf('opcode', `${request.value}`)];
  return fields.length === 0 ? [] : [group('request', fields)];
}

function outsideFields(op: TraceOp, lockClasses: readonly string[]): readonly Field[] {
  const locks = op.locks.map((step) => {
    const lockClass = lockClasses[Number(step.lockClass)] ?? `class ${step.lockClass}`;
    return leaf(
      `acquisition ${step.acquisition}`,
      `${lockClass} ${step.key}: after ${step.writes} exclusive, ${step.reads} shared`,
    );
  });
  return [
    ...(locks.length === 0 ? [] : [group('lock order', locks)]),
    ...(op.random.byteLength === 0 ? [] : [leaf('random', bytesText(op.random))]),
    ...op.clock.map((at) => leaf('clock', formatWallClock(at))),
    ...op.failures.map((failure) => leaf(`failed service ${failure.call}`, errnoName(failure.errno))),
  ];
}

/** Fields of any value of the format; `kind` says which request it belongs to, if any. */
function valueFields(value: unknown, kind: string): readonly Field[] {
  if (value === undefined || value === null) return [];
  if (value instanceof Uint8Array || typeof value !== 'object')
    return [leaf('value', scalarText(kind, 'value', value))];
  const entries = Array.isArray(value) ? value.map((item, at) => [`${at}`, item] as const) : Object.entries(value);
  return entries.flatMap(([name, item]) => fieldOf(kind, snake(name), item));
}

function fieldOf(kind: string, name: string, item: unknown): readonly Field[] {
  if (item === undefined) return [];
  if (item instanceof Uint8Array || typeof item !== 'object' || item === null)
    return [leaf(name, scalarText(kind, name, item))];
  // A oneof is shown by the case that it holds.
  if ('kind' in item && 'value' in item) return fieldOf(kind, String(item.kind), item.value);
  const fields = valueFields(item, kind);
  return fields.length === 0 ? [] : [group(name, fields)];
}

function scalarText(kind: string, name: string, value: unknown): string {
  if (value instanceof Uint8Array) return name === 'hash' ? Buffer.from(value).toString('hex') : bytesText(value);
  if (typeof value === 'bigint') {
    if (name === 'ttl_ns') return formatDuration(value);
    if (name.endsWith('time_ns')) return formatWallClock(value);
    return name === 'hash' ? value.toString(16).padStart(16, '0') : value.toString();
  }
  if (typeof value !== 'number') return String(value);
  const names = requestFlagNames(kind as never, name, value);
  if (names !== undefined) return names;
  if (name === 'mode' || name === 'umask') return modeText(value);
  if (kind === '' && name === 'flags') return fopenFlags(value);
  return name === 'type' && kind.endsWith('lk') ? lockTypeName(value) : `${value}`;
}

/** Text where it is text; the begin of it, and how much there is, where it is long. */
function bytesText(value: Uint8Array): string {
  const limit = 256;
  const start = `"${formatName(value.subarray(0, limit))}"`;
  return value.byteLength <= limit ? start : `${start}... (${value.byteLength} bytes)`;
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function leaf(name: string, value: string): Field {
  return { name, value };
}

function group(name: string, fields: readonly Field[]): Field {
  return { name, fields };
}
