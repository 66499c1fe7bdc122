// SPDX-License-Identifier: MIT OR Apache-2.0

import type { JsonValue } from '../base/json.js';
import { errnoName } from './errno-names.js';
import type { TraceOp } from './op.js';
import type { PathLookup } from './op-text.js';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Bytes without loss: text where they are UTF-8, base64 where they are not. */
export function bytesJson(bytes: Uint8Array): JsonValue {
  try {
    return decoder.decode(bytes);
  } catch {
    return { base64: Buffer.from(bytes).toString('base64') };
  }
}

/** An op as `dump --ndjson` gives it: one object, every number exact, names as the schema has them. */
export function opJson(op: TraceOp, paths?: PathLookup): { readonly [key: string]: JsonValue | undefined } {
  const { uid, gid, pid } = op.caller;
  return {
    seq: op.seq,
    op: op.name,
    nodeid: op.nodeid,
    path: paths?.before(op.nodeid, op.seq),
    begin_ns: op.begin,
    started_ns: op.started,
    duration_ns: op.duration,
    thread: op.thread,
    overlap: op.overlap,
    uid,
    gid,
    pid,
    request: op.request === undefined ? undefined : plain(op.request.value),
    errno: op.errno,
    error: op.errno === 0 ? undefined : errnoName(op.errno),
    reply: op.reply === undefined ? undefined : { [snake(op.reply.kind)]: plain(op.reply.value) },
    locks: op.locks.length === 0 ? undefined : plain(op.locks),
    random: op.random.byteLength === 0 ? undefined : Buffer.from(op.random).toString('hex'),
    clock_ns: op.clock.length === 0 ? undefined : op.clock,
    failures: op.failures.length === 0 ? undefined : plain(op.failures),
  };
}

/** Any value of the model as JSON, its names in the schema's spelling. */
export function plain(value: unknown): JsonValue {
  if (value === undefined || value === null) return null;
  if (value instanceof Uint8Array) return bytesJson(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object') {
    const members = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(members.map(([name, item]) => member(snake(name), item)));
  }
  return value as string | number | bigint | boolean;
}

function member(name: string, item: unknown): readonly [string, JsonValue] {
  // Hashes and build ids are no text, even where their bytes happen to be.
  const isDigest = item instanceof Uint8Array && (name === 'hash' || name.endsWith('build_id') || name === 'uuid');
  if (isDigest) return [name, Buffer.from(item).toString('hex')];
  if (typeof item === 'object' && item !== null && 'kind' in item && 'value' in item) {
    return [name, { [snake(String(item.kind))]: plain(item.value) }];
  }
  return [name, plain(item)];
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
