// SPDX-License-Identifier: MIT OR Apache-2.0

/** An op as one line, in the manner of strace: `LOOKUP / "dir" = 2 (dir 0755, size 4096) 3.1 us`. */

import { formatName } from '../base/format.js';
import { formatDuration } from '../base/time.js';
import { type FileLock, type OpRequest, ReadHash, type Write } from '../proto/gen/trace.js';
import type { InodeAttr } from './attr.js';
import { errnoName } from './errno-names.js';
import { fopenFlags, lockTypeName, modeText, openFlags, requestFlagNames, whenceName } from './flag-names.js';
import type { TraceOp } from './op.js';
import type { EntryReply, Reply } from './reply.js';

/** Where an inode's path may come from; without one, inodes are shown as `#12`. */
export type PathLookup = { readonly before: (nodeid: bigint, seq: bigint) => string | undefined };

/** Longest text of a listing, a value or a content in one line. */
const SHORT = 40;

/** The whole line without number, time and thread, which a table gives columns of their own. */
export function opLine(op: TraceOp, paths?: PathLookup): string {
  return [op.name, requestText(op, paths), `= ${resultText(op)}`, formatDuration(op.duration)]
    .filter((part) => part !== '')
    .join(' ');
}

/** `/a/b` or `#12`. */
export function inodeText(nodeid: bigint, seq: bigint, paths?: PathLookup): string {
  return paths?.before(nodeid, seq) ?? `#${nodeid}`;
}

/** What was asked: the inode and the arguments. */
export function requestText(op: TraceOp, paths?: PathLookup): string {
  const { request } = op;
  if (request === undefined) return '';
  const other = (nodeid: bigint): string => inodeText(nodeid, op.seq, paths);
  const args = requestArguments(request, other);
  if (NO_SUBJECT.has(request.kind)) return args;
  return [other(op.nodeid), args].filter((part) => part !== '').join(' ');
}

/** What was answered. */
export function resultText(op: TraceOp): string {
  if (op.errno !== 0) return errnoName(op.errno);
  return op.reply === undefined ? '0' : replyText(op.reply, op.readHash);
}

const NO_SUBJECT: ReadonlySet<OpRequest['kind']> = new Set([
  'forget',
  'mkfs',
  'mount',
  'unmount',
  'unknown',
  'statfsRequest',
  'syncfs',
]);

function requestArguments(request: OpRequest, inode: (nodeid: bigint) => string): string {
  switch (request.kind) {
    case 'lookup':
    case 'unlink':
    case 'rmdir':
    case 'removexattr':
      return quoted(request.value.name);
    case 'symlink':
      return `${quoted(request.value.name)} -> ${quoted(request.value.target)}`;
    case 'mknod':
    case 'mkdir':
      return `${quoted(request.value.name)} ${modeText(request.value.mode)}`;
    case 'create':
      return `${quoted(request.value.name)} ${modeText(request.value.mode)} ${openFlags(request.value.flags)}`;
    case 'tmpfile':
      return `${modeText(request.value.mode)} ${openFlags(request.value.flags)}`;
    case 'rename': {
      const flags = request.value.flags === 0 ? '' : ` ${requestFlagNames('rename', 'flags', request.value.flags)}`;
      return `${quoted(request.value.name)} -> ${inode(request.value.newParent)} ${quoted(request.value.newName)}${flags}`;
    }
    case 'link':
      return `-> ${inode(request.value.newParent)} ${quoted(request.value.newName)}`;
    case 'getattr':
    case 'statx':
      return request.value.fh === 0n ? '' : `fh ${request.value.fh}`;
    case 'open':
    case 'opendir':
      return openFlags(request.value.flags);
    case 'read':
      return `fh ${request.value.fh} ${range(request.value.offset, BigInt(request.value.size))}`;
    case 'write':
      return `fh ${request.value.fh} ${range(request.value.offset, BigInt(request.value.size))} ${contentText(request.value)}`;
    case 'setattr':
      return setattrText(request.value);
    case 'forget':
      return forgetText(request.value.nodes, inode);
    case 'setxattr':
      return `${quoted(request.value.name)} ${shortBytes(request.value.value)}`;
    case 'getxattr':
      return `${quoted(request.value.name)} size ${request.value.size}`;
    case 'listxattr':
      return `size ${request.value.size}`;
    case 'readdir':
    case 'readdirplus':
      return `fh ${request.value.fh} cookie ${request.value.cookie}`;
    case 'release':
    case 'releasedir':
    case 'flush':
      return `fh ${request.value.fh}`;
    case 'fsync':
    case 'fsyncdir':
      return `fh ${request.value.fh}${request.value.datasync ? ' datasync' : ''}`;
    case 'getlk':
    case 'setlk':
    case 'setlkw':
      return `fh ${request.value.fh} ${request.value.lock === undefined ? '' : lockText(request.value.lock)}`.trimEnd();
    case 'access':
      return accessText(request.value.mask);
    case 'bmap':
      return `block ${request.value.block}`;
    case 'ioctl':
      return `fh ${request.value.fh} command 0x${request.value.command.toString(16)}`;
    case 'poll':
      return `fh ${request.value.fh} events 0x${request.value.events.toString(16)}`;
    case 'fallocate':
      return `fh ${request.value.fh} ${range(request.value.offset, request.value.length)} ${requestFlagNames('fallocate', 'mode', request.value.mode)}`;
    case 'lseek':
      return `fh ${request.value.fh} ${request.value.offset} ${whenceName(request.value.whence)}`;
    case 'copyFileRange': {
      const { fhIn, offsetIn, nodeidOut, fhOut, offsetOut, length } = request.value;
      return `fh ${fhIn} ${range(offsetIn, length)} -> ${inode(nodeidOut)} fh ${fhOut} at ${offsetOut}`;
    }
    case 'mkfs':
      return formatName(Buffer.from(request.value.options));
    case 'unknown':
      return `opcode ${request.value}`;
    case 'readlink':
    case 'statfsRequest':
    case 'syncfs':
    case 'mount':
    case 'unmount':
      return '';
  }
}

function replyText(reply: Reply, readHash: ReadHash): string {
  switch (reply.kind) {
    case 'entry':
      return entryText(reply.value);
    case 'attr':
      return `0 (${attrText(reply.value)})`;
    case 'opened':
      return openedText(reply.value);
    case 'created': {
      const entry = reply.value.entry === undefined ? '0' : entryText(reply.value.entry);
      return reply.value.opened === undefined ? entry : `${entry} ${openedText(reply.value.opened)}`;
    }
    case 'data':
      return `${reply.value.size} bytes ${hashName(readHash)} ${reply.value.hash.toString(16).padStart(16, '0')}`;
    case 'written':
      return `${reply.value} bytes`;
    case 'listing':
      return `${reply.value.length} names${reply.value.length === 0 ? '' : `: ${cut(reply.value.map((one) => formatName(one.name)).join(' '))}`}`;
    case 'statfs':
      return `${reply.value.bfree} of ${reply.value.blocks} blocks free, ${reply.value.ffree} of ${reply.value.files} inodes`;
    case 'bytes':
      return shortBytes(reply.value);
    case 'number':
      return reply.value.toString();
    case 'lock':
      return lockText(reply.value);
    case 'ioctlReply':
      return `${reply.value.result} ${shortBytes(reply.value.data)}`;
    case 'stat':
      return reply.value.attr === undefined ? '0' : `0 (${attrText(reply.value.attr)})`;
  }
}

/** A hash that a later version added has no name here. */
function hashName(hash: ReadHash): string {
  return { [ReadHash.XXH3_64]: 'xxh3', [ReadHash.XXH64]: 'xxh64' }[hash] ?? 'hash';
}

function entryText(entry: EntryReply): string {
  if (entry.nodeid === 0n) return '0 (no such name)';
  return entry.attr === undefined ? `${entry.nodeid}` : `${entry.nodeid} (${attrText(entry.attr)})`;
}

function attrText(attr: InodeAttr): string {
  const links = attr.nlink === 1 ? '' : `, ${attr.nlink} links`;
  return `${modeText(attr.mode)}, size ${attr.size}${links}`;
}

function openedText(opened: { readonly fh: bigint; readonly flags: number }): string {
  return `fh ${opened.fh}${opened.flags === 0 ? '' : ` ${fopenFlags(opened.flags)}`}`;
}

function setattrText(setattr: Extract<OpRequest, { kind: 'setattr' }>['value']): string {
  const { valid } = setattr;
  const parts = [
    (valid & 8) === 0 ? '' : `size ${setattr.size}`,
    (valid & 1) === 0 ? '' : `mode ${modeText(setattr.mode)}`,
    (valid & 2) === 0 ? '' : `uid ${setattr.uid}`,
    (valid & 4) === 0 ? '' : `gid ${setattr.gid}`,
    // Size, mode and owner have their values shown; of the times the names are enough in one line.
    (valid & ~15) === 0 ? '' : (requestFlagNames('setattr', 'valid', valid & ~15) ?? ''),
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function forgetText(nodes: readonly bigint[], inode: (nodeid: bigint) => string): string {
  const pairs: string[] = [];
  for (let at = 0; at + 1 < nodes.length; at += 2) pairs.push(`${inode(nodes[at] as bigint)} x${nodes[at + 1]}`);
  return cut(pairs.join(' '));
}

function contentText(write: Write): string {
  switch (write.content?.kind) {
    case 'inline':
      return shortBytes(write.content.value);
    case 'hash':
      // The kernel, which has no xxh3, names a content that it does not keep by the 8 bytes of its xxh64.
      return `${write.content.value.byteLength === 8 ? 'xxh64' : 'xxh3'} ${hex(write.content.value)}`;
    default:
      return '""';
  }
}

function lockText(lock: FileLock): string {
  return `${lockTypeName(lock.type)} ${lock.start}..${lock.end} pid ${lock.pid}`;
}

function accessText(mask: number): string {
  if (mask === 0) return 'F_OK';
  const names = [(mask & 4) === 0 ? '' : 'R_OK', (mask & 2) === 0 ? '' : 'W_OK', (mask & 1) === 0 ? '' : 'X_OK'];
  return names.filter((name) => name !== '').join('|');
}

function range(offset: bigint, length: bigint): string {
  return `${offset}+${length}`;
}

function quoted(name: Uint8Array): string {
  return `"${formatName(name).replaceAll('"', '\\"')}"`;
}

function shortBytes(value: Uint8Array): string {
  const start = quoted(value.subarray(0, SHORT));
  return value.byteLength <= SHORT ? start : `${start}... (${value.byteLength} bytes)`;
}

function cut(text: string): string {
  return text.length <= SHORT ? text : `${text.slice(0, SHORT - 3)}...`;
}

export function hex(value: Uint8Array): string {
  return Buffer.from(value).toString('hex');
}
