// SPDX-License-Identifier: MIT OR Apache-2.0

/** What becomes of each part of an op. Each switch names every kind: a new one must be thought about to compile. */

import type { Op, OpInit, OpReply, OpRequest, Write } from '../../proto/gen/trace.js';
import type { NameMap } from './name-map.js';
import { redactOptions } from './redact-text.js';

/** Collects the names in an op. */
export function learnNames(op: Op, names: NameMap): void {
  learnRequest(op.request, names);
  const { reply, request } = op;
  if (reply?.kind === 'listing') for (const listed of reply.value.entry) names.learn(listed.name);
  if (reply?.kind !== 'bytes') return;
  if (request?.kind === 'readlink') names.learn(reply.value);
  if (request?.kind === 'listxattr') for (const name of split(reply.value)) names.learnXattr(name);
}

/** The op without names and contents. */
export function redactOp(op: Op, names: NameMap): Omit<OpInit, 'beginDeltaNs' | 'caller'> {
  const { beginDeltaNs: _begin, caller: _caller, request, reply, ...rest } = op;
  return {
    ...rest,
    request: request === undefined ? undefined : redactRequest(request, names),
    reply: reply === undefined ? undefined : redactReply(reply, request, names),
  };
}

function learnRequest(request: OpRequest | undefined, names: NameMap): void {
  switch (request?.kind) {
    case 'lookup':
    case 'mknod':
    case 'mkdir':
    case 'create':
    case 'unlink':
    case 'rmdir':
      names.learn(request.value.name);
      break;
    case 'symlink':
      names.learn(request.value.name);
      names.learn(request.value.target);
      break;
    case 'rename':
      names.learn(request.value.name);
      names.learn(request.value.newName);
      break;
    case 'link':
      names.learn(request.value.newName);
      break;
    case 'setxattr':
    case 'getxattr':
    case 'removexattr':
      names.learnXattr(request.value.name);
      break;
  }
}

function redactRequest(request: OpRequest, names: NameMap): OpRequest {
  switch (request.kind) {
    case 'lookup':
      return { kind: request.kind, value: { name: names.name(request.value.name) } };
    case 'unlink':
      return { kind: request.kind, value: { name: names.name(request.value.name) } };
    case 'rmdir':
      return { kind: request.kind, value: { name: names.name(request.value.name) } };
    case 'mknod':
      return { kind: request.kind, value: { ...request.value, name: names.name(request.value.name) } };
    case 'mkdir':
      return { kind: request.kind, value: { ...request.value, name: names.name(request.value.name) } };
    case 'create':
      return { kind: request.kind, value: { ...request.value, name: names.name(request.value.name) } };
    case 'symlink':
      return {
        kind: request.kind,
        value: { name: names.name(request.value.name), target: names.name(request.value.target) },
      };
    case 'rename': {
      const { name, newName } = request.value;
      return { kind: request.kind, value: { ...request.value, name: names.name(name), newName: names.name(newName) } };
    }
    case 'link':
      return { kind: request.kind, value: { ...request.value, newName: names.name(request.value.newName) } };
    case 'setxattr': {
      const { name, value, flags } = request.value;
      return { kind: request.kind, value: { name: names.xattr(name), value: names.content(value), flags } };
    }
    case 'getxattr':
      return { kind: request.kind, value: { ...request.value, name: names.xattr(request.value.name) } };
    case 'removexattr':
      return { kind: request.kind, value: { name: names.xattr(request.value.name) } };
    case 'write':
      return { kind: request.kind, value: redactWrite(request.value, names) };
    case 'ioctl':
      return { kind: request.kind, value: { ...request.value, data: new Uint8Array(request.value.data.byteLength) } };
    case 'mkfs':
      return { kind: request.kind, value: { options: redactOptions(request.value.options) } };
    case 'getattr':
    case 'read':
    case 'forget':
    case 'setattr':
    case 'readlink':
    case 'open':
    case 'statfsRequest':
    case 'release':
    case 'fsync':
    case 'listxattr':
    case 'flush':
    case 'opendir':
    case 'readdir':
    case 'readdirplus':
    case 'releasedir':
    case 'fsyncdir':
    case 'getlk':
    case 'setlk':
    case 'setlkw':
    case 'access':
    case 'tmpfile':
    case 'bmap':
    case 'poll':
    case 'fallocate':
    case 'lseek':
    case 'copyFileRange':
    case 'syncfs':
    case 'statx':
    case 'mount':
    case 'unmount':
    case 'unknown':
      return request;
  }
}

/** Contents go. What stays is which writes had equal ones, by a hash that nobody can make again. */
function redactWrite(write: Write, names: NameMap): Write {
  if (write.content === undefined) return write;
  return { ...write, content: { kind: 'hash', value: names.hash(write.content.value, 16) } };
}

function redactReply(reply: OpReply, request: OpRequest | undefined, names: NameMap): OpReply {
  switch (reply.kind) {
    case 'listing':
      return {
        kind: reply.kind,
        value: { entry: reply.value.entry.map((listed) => ({ ...listed, name: names.name(listed.name) })) },
      };
    case 'bytes':
      return { kind: reply.kind, value: redactBytes(reply.value, request, names) };
    case 'data': {
      const before = Buffer.alloc(8);
      before.writeBigUInt64LE(reply.value.hash);
      const hash = reply.value.size === 0n ? reply.value.hash : Buffer.from(names.hash(before, 8)).readBigUInt64LE();
      return { kind: reply.kind, value: { size: reply.value.size, hash } };
    }
    case 'ioctlReply':
      return { kind: reply.kind, value: { ...reply.value, data: new Uint8Array(reply.value.data.byteLength) } };
    case 'entry':
    case 'attr':
    case 'opened':
    case 'created':
    case 'written':
    case 'statfs':
    case 'number':
    case 'lock':
    case 'stat':
      return reply;
  }
}

function redactBytes(value: Uint8Array, request: OpRequest | undefined, names: NameMap): Uint8Array {
  if (request?.kind === 'readlink') return names.name(value);
  return request?.kind === 'listxattr' ? names.xattrList(value) : names.content(value);
}

function split(list: Uint8Array): readonly Uint8Array[] {
  return Buffer.from(list)
    .toString('latin1')
    .split('\0')
    .map((name) => Buffer.from(name, 'latin1'));
}
