// SPDX-License-Identifier: MIT OR Apache-2.0

import { formatName } from '../base/format.js';
import { errnoName } from '../trace/errno-names.js';
import { modeText } from '../trace/flag-names.js';
import type { TraceOp } from '../trace/op.js';
import { inodeText, type PathLookup } from '../trace/op-text.js';

/** An op as a person would type it in a shell that has a word for each op: `write /a/f offset 0 length 4096`. */
export function shellLine(op: TraceOp, paths: PathLookup): string {
  const failed = op.errno === 0 ? '' : `  # ${errnoName(op.errno)}`;
  return `${command(op, paths)}${failed}`;
}

function command(op: TraceOp, paths: PathLookup): string {
  const { request } = op;
  const at = (nodeid: bigint): string => word(inodeText(nodeid, op.seq, paths));
  const self = at(op.nodeid);
  const inside = (parent: bigint, name: Uint8Array): string => {
    const folder = inodeText(parent, op.seq, paths);
    return word(`${folder === '/' ? '' : folder}/${formatName(name)}`);
  };
  switch (request?.kind) {
    case undefined:
      return op.name.toLowerCase();
    case 'mkdir':
      return `mkdir -m ${octal(request.value.mode)} ${inside(op.nodeid, request.value.name)}`;
    case 'mknod':
      return `mknod ${inside(op.nodeid, request.value.name)} mode ${modeText(request.value.mode)}`;
    case 'create':
      return `create ${inside(op.nodeid, request.value.name)} mode ${octal(request.value.mode)}`;
    case 'symlink':
      return `ln -s ${word(formatName(request.value.target))} ${inside(op.nodeid, request.value.name)}`;
    case 'link':
      return `ln ${self} ${inside(request.value.newParent, request.value.newName)}`;
    case 'lookup':
      return `lookup ${inside(op.nodeid, request.value.name)}`;
    case 'unlink':
      return `rm ${inside(op.nodeid, request.value.name)}`;
    case 'rmdir':
      return `rmdir ${inside(op.nodeid, request.value.name)}`;
    case 'rename':
      return `mv ${inside(op.nodeid, request.value.name)} ${inside(request.value.newParent, request.value.newName)}${RENAME_FLAGS[request.value.flags] ?? ''}`;
    case 'read':
    case 'write':
      return `${request.kind} ${self} offset ${request.value.offset} length ${request.value.size}`;
    case 'fallocate':
      return `fallocate ${self} offset ${request.value.offset} length ${request.value.length} mode 0x${request.value.mode.toString(16)}`;
    case 'lseek':
      return `lseek ${self} offset ${request.value.offset} ${request.value.whence === 3 ? 'data' : 'hole'}`;
    case 'copyFileRange': {
      const { offsetIn, nodeidOut, offsetOut, length } = request.value;
      return `copy ${self} offset ${offsetIn} to ${at(nodeidOut)} offset ${offsetOut} length ${length}`;
    }
    case 'setattr':
      return `setattr ${self}${changes(request.value)}`;
    case 'setxattr':
      return `setxattr ${self} ${word(formatName(request.value.name))} ${word(formatName(request.value.value))}`;
    case 'getxattr':
    case 'removexattr':
      return `${request.kind} ${self} ${word(formatName(request.value.name))}`;
    case 'fsync':
    case 'fsyncdir':
      return `fsync ${self}${request.value.datasync ? ' data' : ''}`;
    case 'readdir':
    case 'readdirplus':
      return `${request.kind} ${self} from ${request.value.cookie}`;
    case 'forget':
      return `forget ${pairsText(request.value.nodes, at)}`;
    case 'mkfs':
      return `mkfs ${request.value.options}`.trimEnd();
    case 'mount':
    case 'unmount':
      return request.kind;
    case 'statfsRequest':
      return 'statfs';
    default:
      return `${op.name.toLowerCase()} ${self}`;
  }
}

const RENAME_FLAGS: Readonly<Record<number, string>> = { 1: ' noreplace', 2: ' exchange' };

type Setattr = Extract<NonNullable<TraceOp['request']>, { readonly kind: 'setattr' }>['value'];

/** FATTR_ bits of fuse.h, the ones that carry a value a person wants to see. */
function changes({ valid, mode, uid, gid, size, atime, mtime }: Setattr): string {
  return [
    (valid & 1) === 0 ? '' : ` mode ${octal(mode)}`,
    (valid & 2) === 0 ? '' : ` uid ${uid}`,
    (valid & 4) === 0 ? '' : ` gid ${gid}`,
    (valid & 8) === 0 ? '' : ` size ${size}`,
    (valid & 16) === 0 ? '' : ` atime ${(valid & 128) === 0 ? atime : 'now'}`,
    (valid & 32) === 0 ? '' : ` mtime ${(valid & 256) === 0 ? mtime : 'now'}`,
  ].join('');
}

function pairsText(nodes: readonly bigint[], at: (nodeid: bigint) => string): string {
  const words: string[] = [];
  for (let index = 0; index + 1 < nodes.length; index += 2) words.push(`${at(nodes[index] ?? 0n)} ${nodes[index + 1]}`);
  return words.join(' ');
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}

function word(text: string): string {
  return /^[\w@%+=:,./#-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
