// SPDX-License-Identifier: MIT OR Apache-2.0

import type { Ino, Ns } from '../base/ids.js';
import type { Attr } from '../proto/gen/trace.js';

/** Attributes of an inode as a person knows them: every difference added up. */
export type InodeAttr = {
  readonly ino: Ino;
  readonly size: bigint;
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  /** Units of 512 bytes. */
  readonly blocks: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly atimeNs: bigint;
  readonly rdev: number;
  readonly blksize: number;
  readonly ttlNs: bigint;
};

/** What the differences in an Attr count from. */
export type AttrBase = {
  /** Begin of the op, nanoseconds since 1970. */
  readonly begin: Ns;
  /** The inode that the answer is about. */
  readonly nodeid: bigint;
  /** Header.usual_ttl_ns. */
  readonly usualTtlNs: bigint;
};

/** Undoes the differences of an Attr; `encodeAttrFrom` is its inverse. */
export function resolveAttr(attr: Attr, base: AttrBase): InodeAttr {
  const mtimeNs = base.begin + attr.mtime;
  return {
    ino: BigInt.asUintN(64, base.nodeid + attr.inoDelta) as Ino,
    size: attr.size,
    mode: attr.mode,
    nlink: attr.nlinkLessOne + 1,
    uid: attr.uid,
    gid: attr.gid,
    blocks: usualBlocks(attr.size) + attr.blocksDelta,
    mtimeNs,
    ctimeNs: mtimeNs + attr.ctime,
    atimeNs: mtimeNs + attr.atime,
    rdev: attr.rdev,
    blksize: attr.blksizeDelta + 4096,
    ttlNs: base.usualTtlNs + attr.ttlDeltaNs,
  };
}

/** Attributes as the differences that a trace stores. */
export function encodeAttrFrom(attr: InodeAttr, base: AttrBase): Attr {
  return {
    size: attr.size,
    mode: attr.mode,
    mtime: attr.mtimeNs - base.begin,
    ctime: attr.ctimeNs - attr.mtimeNs,
    atime: attr.atimeNs - attr.mtimeNs,
    nlinkLessOne: attr.nlink - 1,
    uid: attr.uid,
    gid: attr.gid,
    blocksDelta: attr.blocks - usualBlocks(attr.size),
    inoDelta: BigInt.asIntN(64, attr.ino - base.nodeid),
    rdev: attr.rdev,
    blksizeDelta: attr.blksize - 4096,
    ttlDeltaNs: attr.ttlNs - base.usualTtlNs,
  };
}

/** Blocks of 512 bytes that a file without holes takes, in units of 4096. */
function usualBlocks(size: bigint): bigint {
  return ((size + 4095n) / 4096n) * 8n;
}
