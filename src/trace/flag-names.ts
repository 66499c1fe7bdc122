// SPDX-License-Identifier: MIT OR Apache-2.0

/** Names of the bits and values in FUSE requests, as `man 2` spells them (Linux, x86-64). */

import type { RequestKind } from './opcodes.js';

type Bits = readonly (readonly [bit: number, name: string])[];

const OPEN: Bits = [
  [0o100, 'O_CREAT'],
  [0o200, 'O_EXCL'],
  [0o400, 'O_NOCTTY'],
  [0o1000, 'O_TRUNC'],
  [0o2000, 'O_APPEND'],
  [0o4000, 'O_NONBLOCK'],
  [0o4010000, 'O_SYNC'],
  [0o10000, 'O_DSYNC'],
  [0o40000, 'O_DIRECT'],
  [0o100000, 'O_LARGEFILE'],
  [0o200000, 'O_DIRECTORY'],
  [0o400000, 'O_NOFOLLOW'],
  [0o1000000, 'O_NOATIME'],
  [0o2000000, 'O_CLOEXEC'],
  // The kernel's own mark on files that a program executes.
  [0o40, 'FMODE_EXEC'],
];

const SETATTR: Bits = [
  [1, 'MODE'],
  [2, 'UID'],
  [4, 'GID'],
  [8, 'SIZE'],
  [16, 'ATIME'],
  [32, 'MTIME'],
  [64, 'FH'],
  [128, 'ATIME_NOW'],
  [256, 'MTIME_NOW'],
  [512, 'LOCKOWNER'],
  [1024, 'CTIME'],
  [2048, 'KILL_SUIDGID'],
];

const RENAME: Bits = [
  [1, 'RENAME_NOREPLACE'],
  [2, 'RENAME_EXCHANGE'],
  [4, 'RENAME_WHITEOUT'],
];

const FALLOCATE: Bits = [
  [1, 'KEEP_SIZE'],
  [2, 'PUNCH_HOLE'],
  [8, 'COLLAPSE_RANGE'],
  [16, 'ZERO_RANGE'],
  [32, 'INSERT_RANGE'],
  [64, 'UNSHARE_RANGE'],
];

const FOPEN: Bits = [
  [1, 'DIRECT_IO'],
  [2, 'KEEP_CACHE'],
  [4, 'NONSEEKABLE'],
  [8, 'CACHE_DIR'],
  [16, 'STREAM'],
  [32, 'NOFLUSH'],
  [64, 'PARALLEL_DIRECT_WRITES'],
];

const ACCESS_MODES = ['O_RDONLY', 'O_WRONLY', 'O_RDWR', 'O_ACCMODE'] as const;
const WHENCE = ['SEEK_SET', 'SEEK_CUR', 'SEEK_END', 'SEEK_DATA', 'SEEK_HOLE'] as const;
const LOCK_TYPES = ['F_RDLCK', 'F_WRLCK', 'F_UNLCK'] as const;
const FILE_TYPES: Readonly<Record<number, string>> = {
  1: 'fifo',
  2: 'char',
  4: 'dir',
  6: 'block',
  8: 'file',
  10: 'link',
  12: 'socket',
};

export function openFlags(flags: number): string {
  return joinBits(flags & ~3, OPEN, ACCESS_MODES[flags & 3]);
}

export function fopenFlags(flags: number): string {
  return joinBits(flags, FOPEN);
}

export function whenceName(whence: number): string {
  return WHENCE[whence] ?? `${whence}`;
}

export function lockTypeName(type: number): string {
  return LOCK_TYPES[type] ?? `${type}`;
}

/** A DT_ value, or the type bits of a mode, as a word. */
export function fileTypeName(type: number): string {
  return FILE_TYPES[type] ?? `type ${type}`;
}

/** `0100644` -> `file 0644`. */
export function modeText(mode: number): string {
  const permissions = `0${(mode & 0o7777).toString(8).padStart(3, '0')}`;
  const type = mode >>> 12;
  return type === 0 ? permissions : `${fileTypeName(type)} ${permissions}`;
}

/** Names for the field of a request that holds bits or a choice; undefined for other fields. */
export function requestFlagNames(kind: RequestKind, field: string, value: number): string | undefined {
  switch (`${kind}.${field}`) {
    case 'open.flags':
    case 'create.flags':
    case 'tmpfile.flags':
    case 'read.flags':
    case 'write.flags':
    case 'release.flags':
      return openFlags(value);
    case 'opendir.flags':
    case 'releasedir.flags':
      return openFlags(value);
    case 'setattr.valid':
      return joinBits(value, SETATTR);
    case 'rename.flags':
      return joinBits(value, RENAME);
    case 'fallocate.mode':
      return joinBits(value, FALLOCATE);
    case 'lseek.whence':
      return whenceName(value);
    default:
      return undefined;
  }
}

/** Names of the set bits joined by `|`; what has no name in hex, nothing set as `0`. */
function joinBits(value: number, bits: Bits, first?: string): string {
  let rest = value >>> 0;
  const names = first === undefined ? [] : [first];
  for (const [bit, name] of bits) {
    if ((rest & bit) !== bit) continue;
    names.push(name);
    rest = (rest & ~bit) >>> 0;
  }
  if (rest !== 0) names.push(`0x${rest.toString(16)}`);
  return names.length === 0 ? '0' : names.join('|');
}
