// SPDX-License-Identifier: MIT OR Apache-2.0

/** The ops of the format: a request's field number is its opcode in a trace, its name is FUSE's. */

import { OpField, type OpRequest } from '../proto/gen/trace.js';

/** Member of Op.request: `lookup`, `statfsRequest`, ... */
export type RequestKind = OpRequest['kind'];

const NAMES = {
  lookup: 'LOOKUP',
  getattr: 'GETATTR',
  read: 'READ',
  write: 'WRITE',
  forget: 'FORGET',
  setattr: 'SETATTR',
  readlink: 'READLINK',
  symlink: 'SYMLINK',
  mknod: 'MKNOD',
  mkdir: 'MKDIR',
  unlink: 'UNLINK',
  rmdir: 'RMDIR',
  rename: 'RENAME',
  link: 'LINK',
  open: 'OPEN',
  statfsRequest: 'STATFS',
  release: 'RELEASE',
  fsync: 'FSYNC',
  setxattr: 'SETXATTR',
  getxattr: 'GETXATTR',
  listxattr: 'LISTXATTR',
  removexattr: 'REMOVEXATTR',
  flush: 'FLUSH',
  opendir: 'OPENDIR',
  readdir: 'READDIR',
  readdirplus: 'READDIRPLUS',
  releasedir: 'RELEASEDIR',
  fsyncdir: 'FSYNCDIR',
  getlk: 'GETLK',
  setlk: 'SETLK',
  setlkw: 'SETLKW',
  access: 'ACCESS',
  create: 'CREATE',
  tmpfile: 'TMPFILE',
  bmap: 'BMAP',
  ioctl: 'IOCTL',
  poll: 'POLL',
  fallocate: 'FALLOCATE',
  lseek: 'LSEEK',
  copyFileRange: 'COPY_FILE_RANGE',
  syncfs: 'SYNCFS',
  statx: 'STATX',
  mkfs: 'MKFS',
  mount: 'MOUNT',
  unmount: 'UNMOUNT',
  unknown: 'UNKNOWN',
} as const satisfies Readonly<Record<RequestKind, string>>;

/** Name of an op: `LOOKUP`. */
export type OpName = (typeof NAMES)[RequestKind] | 'NONE';

/** Every name, in the order of the opcodes. */
export const OP_NAMES: readonly OpName[] = Object.values(NAMES);

/** One past the highest opcode. */
export const OPCODE_LIMIT = 64;

const nameByOpcode: readonly OpName[] = Array.from({ length: OPCODE_LIMIT }, (_, opcode): OpName => {
  const found = Object.entries(NAMES).find(([kind]) => OpField[kind as RequestKind] === opcode);
  return found?.[1] ?? 'NONE';
});

/** Whether a field of Op is a request. */
export const IS_REQUEST: readonly boolean[] = nameByOpcode.map((name) => name !== 'NONE');

/** Name of an opcode; `NONE` for an op of a later version that holds no request we know. */
export function opName(opcode: number): OpName {
  return nameByOpcode[opcode] ?? 'NONE';
}

/** Name of the op that makes a request. */
export function requestName(kind: RequestKind): OpName {
  return NAMES[kind];
}

/** Opcode of a name, in any case; undefined when there is none. */
export function opcodeOf(name: string): number | undefined {
  const opcode = nameByOpcode.indexOf(name.toUpperCase() as OpName);
  return opcode === -1 || name.toUpperCase() === 'NONE' ? undefined : opcode;
}
