// SPDX-License-Identifier: MIT OR Apache-2.0

import type { OpRequest } from '../proto/gen/trace.js';
import type { TraceOp } from './op.js';

/** A name in a directory that an op is about. */
export type NamedPlace = { readonly parent: bigint; readonly name: Uint8Array };

/** The names that a request makes, finds or takes away, the first one being its subject. Extended attributes have none. */
export function namedPlaces(nodeid: bigint, request: OpRequest | undefined): readonly NamedPlace[] {
  switch (request?.kind) {
    case 'lookup':
    case 'symlink':
    case 'mknod':
    case 'mkdir':
    case 'create':
    case 'unlink':
    case 'rmdir':
      return [{ parent: nodeid, name: request.value.name }];
    case 'rename':
      return [
        { parent: nodeid, name: request.value.name },
        { parent: request.value.newParent, name: request.value.newName },
      ];
    case 'link':
      return [{ parent: request.value.newParent, name: request.value.newName }];
    default:
      return [];
  }
}

/** Every name in a request, extended attributes included. */
export function requestNames(op: TraceOp): readonly Uint8Array[] {
  const { request } = op;
  if (request?.kind === 'setxattr' || request?.kind === 'getxattr' || request?.kind === 'removexattr')
    return [request.value.name];
  return namedPlaces(op.nodeid, request).map((place) => place.name);
}

/** The handle that a request uses or its answer gives; undefined when it has to do with none. */
export function opHandle(op: TraceOp): bigint | undefined {
  if (op.reply?.kind === 'opened') return op.reply.value.fh;
  if (op.reply?.kind === 'created') return op.reply.value.opened?.fh;
  const value = op.request?.value;
  return typeof value === 'object' && 'fh' in value ? value.fh : undefined;
}

/** The inode that the answer is about: the child, where the op is about a name. */
export function replyNodeid(op: TraceOp): bigint | undefined {
  if (op.reply?.kind === 'entry') return op.reply.value.nodeid;
  if (op.reply?.kind === 'created') return op.reply.value.entry?.nodeid;
  return undefined;
}
