// SPDX-License-Identifier: MIT OR Apache-2.0
// Generated from proto/ by `npm run generate`; do not edit.
// Package bento.trace.v1.

import { NO_BYTES, WireReader, WireWriter } from '../wire.js';

export type OpReply =
  | { readonly kind: 'entry'; readonly value: Entry }
  | { readonly kind: 'attr'; readonly value: Attr }
  | { readonly kind: 'opened'; readonly value: Opened }
  | { readonly kind: 'created'; readonly value: Created }
  | { readonly kind: 'data'; readonly value: Data }
  | { readonly kind: 'written'; readonly value: bigint }
  | { readonly kind: 'listing'; readonly value: Listing }
  | { readonly kind: 'statfs'; readonly value: Statfs }
  | { readonly kind: 'bytes'; readonly value: Uint8Array }
  | { readonly kind: 'number'; readonly value: bigint }
  | { readonly kind: 'lock'; readonly value: FileLock }
  | { readonly kind: 'ioctlReply'; readonly value: IoctlReply }
  | { readonly kind: 'stat'; readonly value: Stat64 };

export type OpReplyInit =
  | { readonly kind: 'entry'; readonly value: EntryInit }
  | { readonly kind: 'attr'; readonly value: AttrInit }
  | { readonly kind: 'opened'; readonly value: OpenedInit }
  | { readonly kind: 'created'; readonly value: CreatedInit }
  | { readonly kind: 'data'; readonly value: DataInit }
  | { readonly kind: 'written'; readonly value: bigint }
  | { readonly kind: 'listing'; readonly value: ListingInit }
  | { readonly kind: 'statfs'; readonly value: StatfsInit }
  | { readonly kind: 'bytes'; readonly value: Uint8Array }
  | { readonly kind: 'number'; readonly value: bigint }
  | { readonly kind: 'lock'; readonly value: FileLockInit }
  | { readonly kind: 'ioctlReply'; readonly value: IoctlReplyInit }
  | { readonly kind: 'stat'; readonly value: Stat64Init };

export type OpRequest =
  | { readonly kind: 'lookup'; readonly value: Lookup }
  | { readonly kind: 'getattr'; readonly value: Getattr }
  | { readonly kind: 'read'; readonly value: Read }
  | { readonly kind: 'write'; readonly value: Write }
  | { readonly kind: 'forget'; readonly value: Forget }
  | { readonly kind: 'setattr'; readonly value: Setattr }
  | { readonly kind: 'readlink'; readonly value: Empty }
  | { readonly kind: 'symlink'; readonly value: Symlink }
  | { readonly kind: 'mknod'; readonly value: Mknod }
  | { readonly kind: 'mkdir'; readonly value: Mkdir }
  | { readonly kind: 'unlink'; readonly value: Name }
  | { readonly kind: 'rmdir'; readonly value: Name }
  | { readonly kind: 'rename'; readonly value: Rename }
  | { readonly kind: 'link'; readonly value: Link }
  | { readonly kind: 'open'; readonly value: Open }
  | { readonly kind: 'statfsRequest'; readonly value: Empty }
  | { readonly kind: 'release'; readonly value: Release }
  | { readonly kind: 'fsync'; readonly value: Fsync }
  | { readonly kind: 'setxattr'; readonly value: Setxattr }
  | { readonly kind: 'getxattr'; readonly value: Getxattr }
  | { readonly kind: 'listxattr'; readonly value: Listxattr }
  | { readonly kind: 'removexattr'; readonly value: Name }
  | { readonly kind: 'flush'; readonly value: Flush }
  | { readonly kind: 'opendir'; readonly value: Open }
  | { readonly kind: 'readdir'; readonly value: Readdir }
  | { readonly kind: 'readdirplus'; readonly value: Readdir }
  | { readonly kind: 'releasedir'; readonly value: Release }
  | { readonly kind: 'fsyncdir'; readonly value: Fsync }
  | { readonly kind: 'getlk'; readonly value: LockRequest }
  | { readonly kind: 'setlk'; readonly value: LockRequest }
  | { readonly kind: 'setlkw'; readonly value: LockRequest }
  | { readonly kind: 'access'; readonly value: Access }
  | { readonly kind: 'create'; readonly value: Create }
  | { readonly kind: 'tmpfile'; readonly value: Tmpfile }
  | { readonly kind: 'bmap'; readonly value: Bmap }
  | { readonly kind: 'ioctl'; readonly value: Ioctl }
  | { readonly kind: 'poll'; readonly value: Poll }
  | { readonly kind: 'fallocate'; readonly value: Fallocate }
  | { readonly kind: 'lseek'; readonly value: Lseek }
  | { readonly kind: 'copyFileRange'; readonly value: CopyFileRange }
  | { readonly kind: 'syncfs'; readonly value: Empty }
  | { readonly kind: 'statx'; readonly value: Statx }
  | { readonly kind: 'mkfs'; readonly value: Mkfs }
  | { readonly kind: 'mount'; readonly value: Empty }
  | { readonly kind: 'unmount'; readonly value: Empty }
  | { readonly kind: 'unknown'; readonly value: number };

export type OpRequestInit =
  | { readonly kind: 'lookup'; readonly value: LookupInit }
  | { readonly kind: 'getattr'; readonly value: GetattrInit }
  | { readonly kind: 'read'; readonly value: ReadInit }
  | { readonly kind: 'write'; readonly value: WriteInit }
  | { readonly kind: 'forget'; readonly value: ForgetInit }
  | { readonly kind: 'setattr'; readonly value: SetattrInit }
  | { readonly kind: 'readlink'; readonly value: EmptyInit }
  | { readonly kind: 'symlink'; readonly value: SymlinkInit }
  | { readonly kind: 'mknod'; readonly value: MknodInit }
  | { readonly kind: 'mkdir'; readonly value: MkdirInit }
  | { readonly kind: 'unlink'; readonly value: NameInit }
  | { readonly kind: 'rmdir'; readonly value: NameInit }
  | { readonly kind: 'rename'; readonly value: RenameInit }
  | { readonly kind: 'link'; readonly value: LinkInit }
  | { readonly kind: 'open'; readonly value: OpenInit }
  | { readonly kind: 'statfsRequest'; readonly value: EmptyInit }
  | { readonly kind: 'release'; readonly value: ReleaseInit }
  | { readonly kind: 'fsync'; readonly value: FsyncInit }
  | { readonly kind: 'setxattr'; readonly value: SetxattrInit }
  | { readonly kind: 'getxattr'; readonly value: GetxattrInit }
  | { readonly kind: 'listxattr'; readonly value: ListxattrInit }
  | { readonly kind: 'removexattr'; readonly value: NameInit }
  | { readonly kind: 'flush'; readonly value: FlushInit }
  | { readonly kind: 'opendir'; readonly value: OpenInit }
  | { readonly kind: 'readdir'; readonly value: ReaddirInit }
  | { readonly kind: 'readdirplus'; readonly value: ReaddirInit }
  | { readonly kind: 'releasedir'; readonly value: ReleaseInit }
  | { readonly kind: 'fsyncdir'; readonly value: FsyncInit }
  | { readonly kind: 'getlk'; readonly value: LockRequestInit }
  | { readonly kind: 'setlk'; readonly value: LockRequestInit }
  | { readonly kind: 'setlkw'; readonly value: LockRequestInit }
  | { readonly kind: 'access'; readonly value: AccessInit }
  | { readonly kind: 'create'; readonly value: CreateInit }
  | { readonly kind: 'tmpfile'; readonly value: TmpfileInit }
  | { readonly kind: 'bmap'; readonly value: BmapInit }
  | { readonly kind: 'ioctl'; readonly value: IoctlInit }
  | { readonly kind: 'poll'; readonly value: PollInit }
  | { readonly kind: 'fallocate'; readonly value: FallocateInit }
  | { readonly kind: 'lseek'; readonly value: LseekInit }
  | { readonly kind: 'copyFileRange'; readonly value: CopyFileRangeInit }
  | { readonly kind: 'syncfs'; readonly value: EmptyInit }
  | { readonly kind: 'statx'; readonly value: StatxInit }
  | { readonly kind: 'mkfs'; readonly value: MkfsInit }
  | { readonly kind: 'mount'; readonly value: EmptyInit }
  | { readonly kind: 'unmount'; readonly value: EmptyInit }
  | { readonly kind: 'unknown'; readonly value: number };

/** Next free field: 74. */
export type Op = {
  /** Slot of the thread that served the op, counted from 0 as threads appear. */
  readonly thread: number;
  /** Begin of the op, nanoseconds after the begin of the op before it in this chunk (the first: after Chunk.base_time_ns). */
  readonly beginDeltaNs: bigint;
  /** Absent where the chunk has Times. */
  readonly durationNs: bigint;
  /** How many ops ended while this one was under way; 0 for an op that ran alone. */
  readonly overlap: number;
  /** The inode that the op is about (the parent, where it has a name). */
  readonly nodeid: bigint;
  /** Caller.index in this chunk. */
  readonly caller: number;
  /** The answer's errno as a positive number; 0 is success. Absent reply and errno 0: an op with nothing to answer. */
  readonly errno: number;
  /**
   * Lock order, five numbers an entry: {acquisition, class, key, writes, reads}. `acquisition` counts the op's lock
   * acquisitions from 0 (difference from the entry before); `class` and `key` name the lock; `writes` is how many
   * exclusive acquisitions the lock had seen, and `reads` how many shared ones since the last of them. An acquisition is left
   * out where the thread's own order implies it (see docs/trace-format.md).
   */
  readonly lockOrder: readonly bigint[];
  /** Bytes that the module drew from the random source. */
  readonly random: Uint8Array;
  /** Clock readings that were not the op's begin (an op that ran for long reads the real clock), nanoseconds after its begin. */
  readonly clockNs: readonly bigint[];
  /** Services that failed: {call, errno} pairs, where `call` counts the op's fallible service calls from 0. */
  readonly failures: readonly bigint[];
  /** How many segments of the module's own tasks (Task records) ended while this op was under way. */
  readonly taskOverlap: number;
  /** Of an op that has no answer because the module crashed: how many lock acquisitions it had made. Not known of others. */
  readonly acquisitions: number;
  readonly reply: OpReply | undefined;
  readonly request: OpRequest | undefined;
};

/** What {@link encodeOp} takes: what is absent is not written. */
export type OpInit = {
  readonly thread?: number | undefined;
  readonly beginDeltaNs?: bigint | undefined;
  readonly durationNs?: bigint | undefined;
  readonly overlap?: number | undefined;
  readonly nodeid?: bigint | undefined;
  readonly caller?: number | undefined;
  readonly errno?: number | undefined;
  readonly lockOrder?: readonly bigint[] | undefined;
  readonly random?: Uint8Array | undefined;
  readonly clockNs?: readonly bigint[] | undefined;
  readonly failures?: readonly bigint[] | undefined;
  readonly taskOverlap?: number | undefined;
  readonly acquisitions?: number | undefined;
  readonly reply?: OpReplyInit | undefined;
  readonly request?: OpRequestInit | undefined;
};

/** Field numbers of Op. */
export const OpField = {
  thread: 1,
  beginDeltaNs: 2,
  durationNs: 3,
  overlap: 4,
  nodeid: 5,
  caller: 6,
  errno: 7,
  lockOrder: 8,
  entry: 9,
  attr: 10,
  opened: 15,
  created: 64,
  data: 65,
  written: 66,
  listing: 67,
  statfs: 68,
  bytes: 69,
  number: 70,
  lock: 71,
  ioctlReply: 72,
  stat: 73,
  lookup: 11,
  getattr: 12,
  read: 13,
  write: 14,
  forget: 16,
  setattr: 17,
  readlink: 18,
  symlink: 19,
  mknod: 20,
  mkdir: 21,
  unlink: 22,
  rmdir: 23,
  rename: 24,
  link: 25,
  open: 26,
  statfsRequest: 27,
  release: 28,
  fsync: 29,
  setxattr: 30,
  getxattr: 31,
  listxattr: 32,
  removexattr: 33,
  flush: 34,
  opendir: 35,
  readdir: 36,
  readdirplus: 37,
  releasedir: 38,
  fsyncdir: 39,
  getlk: 40,
  setlk: 41,
  setlkw: 42,
  access: 43,
  create: 44,
  tmpfile: 45,
  bmap: 46,
  ioctl: 47,
  poll: 48,
  fallocate: 49,
  lseek: 50,
  copyFileRange: 51,
  syncfs: 52,
  statx: 53,
  mkfs: 54,
  mount: 55,
  unmount: 56,
  unknown: 57,
  random: 58,
  clockNs: 59,
  failures: 60,
  taskOverlap: 61,
  acquisitions: 62,
} as const;

export function decodeOp(r: WireReader, end: number = r.len): Op {
  let thread_: number = 0;
  let beginDeltaNs_: bigint = 0n;
  let durationNs_: bigint = 0n;
  let overlap_: number = 0;
  let nodeid_: bigint = 0n;
  let caller_: number = 0;
  let errno_: number = 0;
  let lockOrder_: bigint[] | undefined = undefined;
  let random_: Uint8Array = NO_BYTES;
  let clockNs_: bigint[] | undefined = undefined;
  let failures_: bigint[] | undefined = undefined;
  let taskOverlap_: number = 0;
  let acquisitions_: number = 0;
  let reply_: OpReply | undefined;
  let request_: OpRequest | undefined;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        thread_ = r.uint32();
        break;
      case 16:
        beginDeltaNs_ = r.s64();
        break;
      case 24:
        durationNs_ = r.u64();
        break;
      case 32:
        overlap_ = r.uint32();
        break;
      case 40:
        nodeid_ = r.u64();
        break;
      case 48:
        caller_ = r.uint32();
        break;
      case 56:
        errno_ = r.uint32();
        break;
      case 64:
        (lockOrder_ ??= []).push(r.u64());
        break;
      case 66:
        {
        lockOrder_ ??= [];
        for (const stop = r.block(end); r.pos < stop; ) lockOrder_.push(r.u64());
        }
        break;
      case 74:
        reply_ = { kind: 'entry', value: decodeEntry(r, r.block(end)) };
        break;
      case 82:
        reply_ = { kind: 'attr', value: decodeAttr(r, r.block(end)) };
        break;
      case 122:
        reply_ = { kind: 'opened', value: decodeOpened(r, r.block(end)) };
        break;
      case 514:
        reply_ = { kind: 'created', value: decodeCreated(r, r.block(end)) };
        break;
      case 522:
        reply_ = { kind: 'data', value: decodeData(r, r.block(end)) };
        break;
      case 528:
        reply_ = { kind: 'written', value: r.u64() };
        break;
      case 538:
        reply_ = { kind: 'listing', value: decodeListing(r, r.block(end)) };
        break;
      case 546:
        reply_ = { kind: 'statfs', value: decodeStatfs(r, r.block(end)) };
        break;
      case 554:
        reply_ = { kind: 'bytes', value: r.bytes() };
        break;
      case 560:
        reply_ = { kind: 'number', value: r.u64() };
        break;
      case 570:
        reply_ = { kind: 'lock', value: decodeFileLock(r, r.block(end)) };
        break;
      case 578:
        reply_ = { kind: 'ioctlReply', value: decodeIoctlReply(r, r.block(end)) };
        break;
      case 586:
        reply_ = { kind: 'stat', value: decodeStat64(r, r.block(end)) };
        break;
      case 90:
        request_ = { kind: 'lookup', value: decodeLookup(r, r.block(end)) };
        break;
      case 98:
        request_ = { kind: 'getattr', value: decodeGetattr(r, r.block(end)) };
        break;
      case 106:
        request_ = { kind: 'read', value: decodeRead(r, r.block(end)) };
        break;
      case 114:
        request_ = { kind: 'write', value: decodeWrite(r, r.block(end)) };
        break;
      case 130:
        request_ = { kind: 'forget', value: decodeForget(r, r.block(end)) };
        break;
      case 138:
        request_ = { kind: 'setattr', value: decodeSetattr(r, r.block(end)) };
        break;
      case 146:
        request_ = { kind: 'readlink', value: decodeEmpty(r, r.block(end)) };
        break;
      case 154:
        request_ = { kind: 'symlink', value: decodeSymlink(r, r.block(end)) };
        break;
      case 162:
        request_ = { kind: 'mknod', value: decodeMknod(r, r.block(end)) };
        break;
      case 170:
        request_ = { kind: 'mkdir', value: decodeMkdir(r, r.block(end)) };
        break;
      case 178:
        request_ = { kind: 'unlink', value: decodeName(r, r.block(end)) };
        break;
      case 186:
        request_ = { kind: 'rmdir', value: decodeName(r, r.block(end)) };
        break;
      case 194:
        request_ = { kind: 'rename', value: decodeRename(r, r.block(end)) };
        break;
      case 202:
        request_ = { kind: 'link', value: decodeLink(r, r.block(end)) };
        break;
      case 210:
        request_ = { kind: 'open', value: decodeOpen(r, r.block(end)) };
        break;
      case 218:
        request_ = { kind: 'statfsRequest', value: decodeEmpty(r, r.block(end)) };
        break;
      case 226:
        request_ = { kind: 'release', value: decodeRelease(r, r.block(end)) };
        break;
      case 234:
        request_ = { kind: 'fsync', value: decodeFsync(r, r.block(end)) };
        break;
      case 242:
        request_ = { kind: 'setxattr', value: decodeSetxattr(r, r.block(end)) };
        break;
      case 250:
        request_ = { kind: 'getxattr', value: decodeGetxattr(r, r.block(end)) };
        break;
      case 258:
        request_ = { kind: 'listxattr', value: decodeListxattr(r, r.block(end)) };
        break;
      case 266:
        request_ = { kind: 'removexattr', value: decodeName(r, r.block(end)) };
        break;
      case 274:
        request_ = { kind: 'flush', value: decodeFlush(r, r.block(end)) };
        break;
      case 282:
        request_ = { kind: 'opendir', value: decodeOpen(r, r.block(end)) };
        break;
      case 290:
        request_ = { kind: 'readdir', value: decodeReaddir(r, r.block(end)) };
        break;
      case 298:
        request_ = { kind: 'readdirplus', value: decodeReaddir(r, r.block(end)) };
        break;
      case 306:
        request_ = { kind: 'releasedir', value: decodeRelease(r, r.block(end)) };
        break;
      case 314:
        request_ = { kind: 'fsyncdir', value: decodeFsync(r, r.block(end)) };
        break;
      case 322:
        request_ = { kind: 'getlk', value: decodeLockRequest(r, r.block(end)) };
        break;
      case 330:
        request_ = { kind: 'setlk', value: decodeLockRequest(r, r.block(end)) };
        break;
      case 338:
        request_ = { kind: 'setlkw', value: decodeLockRequest(r, r.block(end)) };
        break;
      case 346:
        request_ = { kind: 'access', value: decodeAccess(r, r.block(end)) };
        break;
      case 354:
        request_ = { kind: 'create', value: decodeCreate(r, r.block(end)) };
        break;
      case 362:
        request_ = { kind: 'tmpfile', value: decodeTmpfile(r, r.block(end)) };
        break;
      case 370:
        request_ = { kind: 'bmap', value: decodeBmap(r, r.block(end)) };
        break;
      case 378:
        request_ = { kind: 'ioctl', value: decodeIoctl(r, r.block(end)) };
        break;
      case 386:
        request_ = { kind: 'poll', value: decodePoll(r, r.block(end)) };
        break;
      case 394:
        request_ = { kind: 'fallocate', value: decodeFallocate(r, r.block(end)) };
        break;
      case 402:
        request_ = { kind: 'lseek', value: decodeLseek(r, r.block(end)) };
        break;
      case 410:
        request_ = { kind: 'copyFileRange', value: decodeCopyFileRange(r, r.block(end)) };
        break;
      case 418:
        request_ = { kind: 'syncfs', value: decodeEmpty(r, r.block(end)) };
        break;
      case 426:
        request_ = { kind: 'statx', value: decodeStatx(r, r.block(end)) };
        break;
      case 434:
        request_ = { kind: 'mkfs', value: decodeMkfs(r, r.block(end)) };
        break;
      case 442:
        request_ = { kind: 'mount', value: decodeEmpty(r, r.block(end)) };
        break;
      case 450:
        request_ = { kind: 'unmount', value: decodeEmpty(r, r.block(end)) };
        break;
      case 456:
        request_ = { kind: 'unknown', value: r.uint32() };
        break;
      case 466:
        random_ = r.bytes();
        break;
      case 472:
        (clockNs_ ??= []).push(r.s64());
        break;
      case 474:
        {
        clockNs_ ??= [];
        for (const stop = r.block(end); r.pos < stop; ) clockNs_.push(r.s64());
        }
        break;
      case 480:
        (failures_ ??= []).push(r.u64());
        break;
      case 482:
        {
        failures_ ??= [];
        for (const stop = r.block(end); r.pos < stop; ) failures_.push(r.u64());
        }
        break;
      case 488:
        taskOverlap_ = r.uint32();
        break;
      case 496:
        acquisitions_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    thread: thread_,
    beginDeltaNs: beginDeltaNs_,
    durationNs: durationNs_,
    overlap: overlap_,
    nodeid: nodeid_,
    caller: caller_,
    errno: errno_,
    lockOrder: lockOrder_ ?? [],
    random: random_,
    clockNs: clockNs_ ?? [],
    failures: failures_ ?? [],
    taskOverlap: taskOverlap_,
    acquisitions: acquisitions_,
    reply: reply_,
    request: request_,
  };
}

export function encodeOp(m: OpInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.thread) {
    w.uint32(8);
    w.uint32(m.thread);
  }
  if (m.beginDeltaNs) {
    w.uint32(16);
    w.s64(m.beginDeltaNs);
  }
  if (m.durationNs) {
    w.uint32(24);
    w.u64(m.durationNs);
  }
  if (m.overlap) {
    w.uint32(32);
    w.uint32(m.overlap);
  }
  if (m.nodeid) {
    w.uint32(40);
    w.u64(m.nodeid);
  }
  if (m.caller) {
    w.uint32(48);
    w.uint32(m.caller);
  }
  if (m.errno) {
    w.uint32(56);
    w.uint32(m.errno);
  }
  if (m.lockOrder?.length) {
    w.uint32(66).fork();
    for (const v of m.lockOrder) w.u64(v);
    w.ldelim();
  }
  switch (m.reply?.kind) {
    case 'entry':
      encodeEntry(m.reply.value, w.open(74));
    w.ldelim();
      break;
    case 'attr':
      encodeAttr(m.reply.value, w.open(82));
    w.ldelim();
      break;
    case 'opened':
      encodeOpened(m.reply.value, w.open(122));
    w.ldelim();
      break;
    case 'created':
      encodeCreated(m.reply.value, w.open(514));
    w.ldelim();
      break;
    case 'data':
      encodeData(m.reply.value, w.open(522));
    w.ldelim();
      break;
    case 'written':
      w.uint32(528);
    w.u64(m.reply.value);
      break;
    case 'listing':
      encodeListing(m.reply.value, w.open(538));
    w.ldelim();
      break;
    case 'statfs':
      encodeStatfs(m.reply.value, w.open(546));
    w.ldelim();
      break;
    case 'bytes':
      w.uint32(554);
    w.bytes(m.reply.value);
      break;
    case 'number':
      w.uint32(560);
    w.u64(m.reply.value);
      break;
    case 'lock':
      encodeFileLock(m.reply.value, w.open(570));
    w.ldelim();
      break;
    case 'ioctlReply':
      encodeIoctlReply(m.reply.value, w.open(578));
    w.ldelim();
      break;
    case 'stat':
      encodeStat64(m.reply.value, w.open(586));
    w.ldelim();
      break;
  }
  switch (m.request?.kind) {
    case 'lookup':
      encodeLookup(m.request.value, w.open(90));
    w.ldelim();
      break;
    case 'getattr':
      encodeGetattr(m.request.value, w.open(98));
    w.ldelim();
      break;
    case 'read':
      encodeRead(m.request.value, w.open(106));
    w.ldelim();
      break;
    case 'write':
      encodeWrite(m.request.value, w.open(114));
    w.ldelim();
      break;
    case 'forget':
      encodeForget(m.request.value, w.open(130));
    w.ldelim();
      break;
    case 'setattr':
      encodeSetattr(m.request.value, w.open(138));
    w.ldelim();
      break;
    case 'readlink':
      encodeEmpty(m.request.value, w.open(146));
    w.ldelim();
      break;
    case 'symlink':
      encodeSymlink(m.request.value, w.open(154));
    w.ldelim();
      break;
    case 'mknod':
      encodeMknod(m.request.value, w.open(162));
    w.ldelim();
      break;
    case 'mkdir':
      encodeMkdir(m.request.value, w.open(170));
    w.ldelim();
      break;
    case 'unlink':
      encodeName(m.request.value, w.open(178));
    w.ldelim();
      break;
    case 'rmdir':
      encodeName(m.request.value, w.open(186));
    w.ldelim();
      break;
    case 'rename':
      encodeRename(m.request.value, w.open(194));
    w.ldelim();
      break;
    case 'link':
      encodeLink(m.request.value, w.open(202));
    w.ldelim();
      break;
    case 'open':
      encodeOpen(m.request.value, w.open(210));
    w.ldelim();
      break;
    case 'statfsRequest':
      encodeEmpty(m.request.value, w.open(218));
    w.ldelim();
      break;
    case 'release':
      encodeRelease(m.request.value, w.open(226));
    w.ldelim();
      break;
    case 'fsync':
      encodeFsync(m.request.value, w.open(234));
    w.ldelim();
      break;
    case 'setxattr':
      encodeSetxattr(m.request.value, w.open(242));
    w.ldelim();
      break;
    case 'getxattr':
      encodeGetxattr(m.request.value, w.open(250));
    w.ldelim();
      break;
    case 'listxattr':
      encodeListxattr(m.request.value, w.open(258));
    w.ldelim();
      break;
    case 'removexattr':
      encodeName(m.request.value, w.open(266));
    w.ldelim();
      break;
    case 'flush':
      encodeFlush(m.request.value, w.open(274));
    w.ldelim();
      break;
    case 'opendir':
      encodeOpen(m.request.value, w.open(282));
    w.ldelim();
      break;
    case 'readdir':
      encodeReaddir(m.request.value, w.open(290));
    w.ldelim();
      break;
    case 'readdirplus':
      encodeReaddir(m.request.value, w.open(298));
    w.ldelim();
      break;
    case 'releasedir':
      encodeRelease(m.request.value, w.open(306));
    w.ldelim();
      break;
    case 'fsyncdir':
      encodeFsync(m.request.value, w.open(314));
    w.ldelim();
      break;
    case 'getlk':
      encodeLockRequest(m.request.value, w.open(322));
    w.ldelim();
      break;
    case 'setlk':
      encodeLockRequest(m.request.value, w.open(330));
    w.ldelim();
      break;
    case 'setlkw':
      encodeLockRequest(m.request.value, w.open(338));
    w.ldelim();
      break;
    case 'access':
      encodeAccess(m.request.value, w.open(346));
    w.ldelim();
      break;
    case 'create':
      encodeCreate(m.request.value, w.open(354));
    w.ldelim();
      break;
    case 'tmpfile':
      encodeTmpfile(m.request.value, w.open(362));
    w.ldelim();
      break;
    case 'bmap':
      encodeBmap(m.request.value, w.open(370));
    w.ldelim();
      break;
    case 'ioctl':
      encodeIoctl(m.request.value, w.open(378));
    w.ldelim();
      break;
    case 'poll':
      encodePoll(m.request.value, w.open(386));
    w.ldelim();
      break;
    case 'fallocate':
      encodeFallocate(m.request.value, w.open(394));
    w.ldelim();
      break;
    case 'lseek':
      encodeLseek(m.request.value, w.open(402));
    w.ldelim();
      break;
    case 'copyFileRange':
      encodeCopyFileRange(m.request.value, w.open(410));
    w.ldelim();
      break;
    case 'syncfs':
      encodeEmpty(m.request.value, w.open(418));
    w.ldelim();
      break;
    case 'statx':
      encodeStatx(m.request.value, w.open(426));
    w.ldelim();
      break;
    case 'mkfs':
      encodeMkfs(m.request.value, w.open(434));
    w.ldelim();
      break;
    case 'mount':
      encodeEmpty(m.request.value, w.open(442));
    w.ldelim();
      break;
    case 'unmount':
      encodeEmpty(m.request.value, w.open(450));
    w.ldelim();
      break;
    case 'unknown':
      w.uint32(456);
    w.uint32(m.request.value);
      break;
  }
  if (m.random?.length) {
    w.uint32(466);
    w.bytes(m.random);
  }
  if (m.clockNs?.length) {
    w.uint32(474).fork();
    for (const v of m.clockNs) w.s64(v);
    w.ldelim();
  }
  if (m.failures?.length) {
    w.uint32(482).fork();
    for (const v of m.failures) w.u64(v);
    w.ldelim();
  }
  if (m.taskOverlap) {
    w.uint32(488);
    w.uint32(m.taskOverlap);
  }
  if (m.acquisitions) {
    w.uint32(496);
    w.uint32(m.acquisitions);
  }
  return w;
}

export type Empty = {
};

/** What {@link encodeEmpty} takes: what is absent is not written. */
export type EmptyInit = {
};

/** Field numbers of Empty. */
export const EmptyField = {
} as const;

export function decodeEmpty(r: WireReader, end: number = r.len): Empty {
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
  };
}

export function encodeEmpty(_m: EmptyInit, w: WireWriter = new WireWriter()): WireWriter {
  return w;
}

export type Name = {
  readonly name: Uint8Array;
};

/** What {@link encodeName} takes: what is absent is not written. */
export type NameInit = {
  readonly name?: Uint8Array | undefined;
};

/** Field numbers of Name. */
export const NameField = {
  name: 1,
} as const;

export function decodeName(r: WireReader, end: number = r.len): Name {
  let name_: Uint8Array = NO_BYTES;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        name_ = r.bytes();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    name: name_,
  };
}

export function encodeName(m: NameInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.name?.length) {
    w.uint32(10);
    w.bytes(m.name);
  }
  return w;
}

/** Attributes of an inode. Next free field: 16. */
export type Attr = {
  readonly size: bigint;
  /** Type and permission bits, as st_mode. */
  readonly mode: number;
  /** Modification time, nanoseconds after the op's begin (negative: before). */
  readonly mtime: bigint;
  /** Change time, nanoseconds after mtime. */
  readonly ctime: bigint;
  /** Access time, nanoseconds after mtime. */
  readonly atime: bigint;
  /** Links, less one. */
  readonly nlinkLessOne: number;
  readonly uid: number;
  readonly gid: number;
  /** Units of 512 bytes, less those of the size rounded up to 4096. */
  readonly blocksDelta: bigint;
  /** Inode number, less the nodeid that the answer is about. */
  readonly inoDelta: bigint;
  readonly rdev: number;
  /** Preferred I/O size, less 4096. */
  readonly blksizeDelta: number;
  /** How long the kernel may keep them, nanoseconds, less Header.usual_ttl_ns. */
  readonly ttlDeltaNs: bigint;
};

/** What {@link encodeAttr} takes: what is absent is not written. */
export type AttrInit = {
  readonly size?: bigint | undefined;
  readonly mode?: number | undefined;
  readonly mtime?: bigint | undefined;
  readonly ctime?: bigint | undefined;
  readonly atime?: bigint | undefined;
  readonly nlinkLessOne?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly blocksDelta?: bigint | undefined;
  readonly inoDelta?: bigint | undefined;
  readonly rdev?: number | undefined;
  readonly blksizeDelta?: number | undefined;
  readonly ttlDeltaNs?: bigint | undefined;
};

/** Field numbers of Attr. */
export const AttrField = {
  size: 1,
  mode: 2,
  mtime: 3,
  ctime: 4,
  atime: 5,
  nlinkLessOne: 6,
  uid: 7,
  gid: 8,
  blocksDelta: 9,
  inoDelta: 10,
  rdev: 11,
  blksizeDelta: 12,
  ttlDeltaNs: 13,
} as const;

export function decodeAttr(r: WireReader, end: number = r.len): Attr {
  let size_: bigint = 0n;
  let mode_: number = 0;
  let mtime_: bigint = 0n;
  let ctime_: bigint = 0n;
  let atime_: bigint = 0n;
  let nlinkLessOne_: number = 0;
  let uid_: number = 0;
  let gid_: number = 0;
  let blocksDelta_: bigint = 0n;
  let inoDelta_: bigint = 0n;
  let rdev_: number = 0;
  let blksizeDelta_: number = 0;
  let ttlDeltaNs_: bigint = 0n;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        size_ = r.u64();
        break;
      case 16:
        mode_ = r.uint32();
        break;
      case 24:
        mtime_ = r.s64();
        break;
      case 32:
        ctime_ = r.s64();
        break;
      case 40:
        atime_ = r.s64();
        break;
      case 48:
        nlinkLessOne_ = r.sint32();
        break;
      case 56:
        uid_ = r.uint32();
        break;
      case 64:
        gid_ = r.uint32();
        break;
      case 72:
        blocksDelta_ = r.s64();
        break;
      case 80:
        inoDelta_ = r.s64();
        break;
      case 88:
        rdev_ = r.uint32();
        break;
      case 96:
        blksizeDelta_ = r.sint32();
        break;
      case 104:
        ttlDeltaNs_ = r.s64();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    size: size_,
    mode: mode_,
    mtime: mtime_,
    ctime: ctime_,
    atime: atime_,
    nlinkLessOne: nlinkLessOne_,
    uid: uid_,
    gid: gid_,
    blocksDelta: blocksDelta_,
    inoDelta: inoDelta_,
    rdev: rdev_,
    blksizeDelta: blksizeDelta_,
    ttlDeltaNs: ttlDeltaNs_,
  };
}

export function encodeAttr(m: AttrInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.size) {
    w.uint32(8);
    w.u64(m.size);
  }
  if (m.mode) {
    w.uint32(16);
    w.uint32(m.mode);
  }
  if (m.mtime) {
    w.uint32(24);
    w.s64(m.mtime);
  }
  if (m.ctime) {
    w.uint32(32);
    w.s64(m.ctime);
  }
  if (m.atime) {
    w.uint32(40);
    w.s64(m.atime);
  }
  if (m.nlinkLessOne) {
    w.uint32(48);
    w.sint32(m.nlinkLessOne);
  }
  if (m.uid) {
    w.uint32(56);
    w.uint32(m.uid);
  }
  if (m.gid) {
    w.uint32(64);
    w.uint32(m.gid);
  }
  if (m.blocksDelta) {
    w.uint32(72);
    w.s64(m.blocksDelta);
  }
  if (m.inoDelta) {
    w.uint32(80);
    w.s64(m.inoDelta);
  }
  if (m.rdev) {
    w.uint32(88);
    w.uint32(m.rdev);
  }
  if (m.blksizeDelta) {
    w.uint32(96);
    w.sint32(m.blksizeDelta);
  }
  if (m.ttlDeltaNs) {
    w.uint32(104);
    w.s64(m.ttlDeltaNs);
  }
  return w;
}

/** What LOOKUP and the ops that make a name answer. A nodeid of 0 is a name that does not exist (and may be kept as such). */
export type Entry = {
  readonly nodeid: bigint;
  readonly attr: Attr | undefined;
  readonly generation: bigint;
  /** As Attr.ttl_delta_ns, for the name. */
  readonly ttlDeltaNs: bigint;
};

/** What {@link encodeEntry} takes: what is absent is not written. */
export type EntryInit = {
  readonly nodeid?: bigint | undefined;
  readonly attr?: AttrInit | undefined;
  readonly generation?: bigint | undefined;
  readonly ttlDeltaNs?: bigint | undefined;
};

/** Field numbers of Entry. */
export const EntryField = {
  nodeid: 1,
  attr: 2,
  generation: 3,
  ttlDeltaNs: 4,
} as const;

export function decodeEntry(r: WireReader, end: number = r.len): Entry {
  let nodeid_: bigint = 0n;
  let attr_: Attr | undefined = undefined;
  let generation_: bigint = 0n;
  let ttlDeltaNs_: bigint = 0n;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        nodeid_ = r.u64();
        break;
      case 18:
        attr_ = decodeAttr(r, r.block(end));
        break;
      case 24:
        generation_ = r.u64();
        break;
      case 32:
        ttlDeltaNs_ = r.s64();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    nodeid: nodeid_,
    attr: attr_,
    generation: generation_,
    ttlDeltaNs: ttlDeltaNs_,
  };
}

export function encodeEntry(m: EntryInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.nodeid) {
    w.uint32(8);
    w.u64(m.nodeid);
  }
  if (m.attr !== undefined) {
    encodeAttr(m.attr, w.open(18));
    w.ldelim();
  }
  if (m.generation) {
    w.uint32(24);
    w.u64(m.generation);
  }
  if (m.ttlDeltaNs) {
    w.uint32(32);
    w.s64(m.ttlDeltaNs);
  }
  return w;
}

export type Opened = {
  readonly fh: bigint;
  /** FOPEN_ bits. */
  readonly flags: number;
};

/** What {@link encodeOpened} takes: what is absent is not written. */
export type OpenedInit = {
  readonly fh?: bigint | undefined;
  readonly flags?: number | undefined;
};

/** Field numbers of Opened. */
export const OpenedField = {
  fh: 1,
  flags: 2,
} as const;

export function decodeOpened(r: WireReader, end: number = r.len): Opened {
  let fh_: bigint = 0n;
  let flags_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        fh_ = r.u64();
        break;
      case 16:
        flags_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    fh: fh_,
    flags: flags_,
  };
}

export function encodeOpened(m: OpenedInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.fh) {
    w.uint32(8);
    w.u64(m.fh);
  }
  if (m.flags) {
    w.uint32(16);
    w.uint32(m.flags);
  }
  return w;
}

export type Created = {
  readonly entry: Entry | undefined;
  readonly opened: Opened | undefined;
};

/** What {@link encodeCreated} takes: what is absent is not written. */
export type CreatedInit = {
  readonly entry?: EntryInit | undefined;
  readonly opened?: OpenedInit | undefined;
};

/** Field numbers of Created. */
export const CreatedField = {
  entry: 1,
  opened: 2,
} as const;

export function decodeCreated(r: WireReader, end: number = r.len): Created {
  let entry_: Entry | undefined = undefined;
  let opened_: Opened | undefined = undefined;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        entry_ = decodeEntry(r, r.block(end));
        break;
      case 18:
        opened_ = decodeOpened(r, r.block(end));
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    entry: entry_,
    opened: opened_,
  };
}

export function encodeCreated(m: CreatedInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.entry !== undefined) {
    encodeEntry(m.entry, w.open(10));
    w.ldelim();
  }
  if (m.opened !== undefined) {
    encodeOpened(m.opened, w.open(18));
    w.ldelim();
  }
  return w;
}

/** A content that was read. */
export type Data = {
  readonly size: bigint;
  /** 64 bits over the bytes, of the kind that Header.read_hash names. */
  readonly hash: bigint;
};

/** What {@link encodeData} takes: what is absent is not written. */
export type DataInit = {
  readonly size?: bigint | undefined;
  readonly hash?: bigint | undefined;
};

/** Field numbers of Data. */
export const DataField = {
  size: 1,
  hash: 2,
} as const;

export function decodeData(r: WireReader, end: number = r.len): Data {
  let size_: bigint = 0n;
  let hash_: bigint = 0n;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        size_ = r.u64();
        break;
      case 17:
        hash_ = r.f64();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    size: size_,
    hash: hash_,
  };
}

export function encodeData(m: DataInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.size) {
    w.uint32(8);
    w.u64(m.size);
  }
  if (m.hash) {
    w.uint32(17);
    w.f64(m.hash);
  }
  return w;
}

export type Listing = {
  readonly entry: readonly DirEntry[];
};

/** What {@link encodeListing} takes: what is absent is not written. */
export type ListingInit = {
  readonly entry?: readonly DirEntryInit[] | undefined;
};

/** Field numbers of Listing. */
export const ListingField = {
  entry: 1,
} as const;

export function decodeListing(r: WireReader, end: number = r.len): Listing {
  let entry_: DirEntry[] | undefined = undefined;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        (entry_ ??= []).push(decodeDirEntry(r, r.block(end)));
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    entry: entry_ ?? [],
  };
}

export function encodeListing(m: ListingInit, w: WireWriter = new WireWriter()): WireWriter {
  for (const v of m.entry ?? []) {
    encodeDirEntry(v, w.open(10));
    w.ldelim();
  }
  return w;
}

export type DirEntry = {
  readonly name: Uint8Array;
  readonly ino: bigint;
  /** Where reading goes on after this name, less the same of the entry before. */
  readonly cookieDelta: bigint;
  /** DT_ value. */
  readonly type: number;
  /** READDIRPLUS only. */
  readonly entry: Entry | undefined;
};

/** What {@link encodeDirEntry} takes: what is absent is not written. */
export type DirEntryInit = {
  readonly name?: Uint8Array | undefined;
  readonly ino?: bigint | undefined;
  readonly cookieDelta?: bigint | undefined;
  readonly type?: number | undefined;
  readonly entry?: EntryInit | undefined;
};

/** Field numbers of DirEntry. */
export const DirEntryField = {
  name: 1,
  ino: 2,
  cookieDelta: 3,
  type: 4,
  entry: 5,
} as const;

export function decodeDirEntry(r: WireReader, end: number = r.len): DirEntry {
  let name_: Uint8Array = NO_BYTES;
  let ino_: bigint = 0n;
  let cookieDelta_: bigint = 0n;
  let type_: number = 0;
  let entry_: Entry | undefined = undefined;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        name_ = r.bytes();
        break;
      case 16:
        ino_ = r.u64();
        break;
      case 24:
        cookieDelta_ = r.s64();
        break;
      case 32:
        type_ = r.uint32();
        break;
      case 42:
        entry_ = decodeEntry(r, r.block(end));
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    name: name_,
    ino: ino_,
    cookieDelta: cookieDelta_,
    type: type_,
    entry: entry_,
  };
}

export function encodeDirEntry(m: DirEntryInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.name?.length) {
    w.uint32(10);
    w.bytes(m.name);
  }
  if (m.ino) {
    w.uint32(16);
    w.u64(m.ino);
  }
  if (m.cookieDelta) {
    w.uint32(24);
    w.s64(m.cookieDelta);
  }
  if (m.type) {
    w.uint32(32);
    w.uint32(m.type);
  }
  if (m.entry !== undefined) {
    encodeEntry(m.entry, w.open(42));
    w.ldelim();
  }
  return w;
}

export type Statfs = {
  readonly blocks: bigint;
  readonly bfree: bigint;
  readonly bavail: bigint;
  readonly files: bigint;
  readonly ffree: bigint;
  readonly bsize: number;
  readonly namelen: number;
  readonly frsize: number;
};

/** What {@link encodeStatfs} takes: what is absent is not written. */
export type StatfsInit = {
  readonly blocks?: bigint | undefined;
  readonly bfree?: bigint | undefined;
  readonly bavail?: bigint | undefined;
  readonly files?: bigint | undefined;
  readonly ffree?: bigint | undefined;
  readonly bsize?: number | undefined;
  readonly namelen?: number | undefined;
  readonly frsize?: number | undefined;
};

/** Field numbers of Statfs. */
export const StatfsField = {
  blocks: 1,
  bfree: 2,
  bavail: 3,
  files: 4,
  ffree: 5,
  bsize: 6,
  namelen: 7,
  frsize: 8,
} as const;

export function decodeStatfs(r: WireReader, end: number = r.len): Statfs {
  let blocks_: bigint = 0n;
  let bfree_: bigint = 0n;
  let bavail_: bigint = 0n;
  let files_: bigint = 0n;
  let ffree_: bigint = 0n;
  let bsize_: number = 0;
  let namelen_: number = 0;
  let frsize_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        blocks_ = r.u64();
        break;
      case 16:
        bfree_ = r.u64();
        break;
      case 24:
        bavail_ = r.u64();
        break;
      case 32:
        files_ = r.u64();
        break;
      case 40:
        ffree_ = r.u64();
        break;
      case 48:
        bsize_ = r.uint32();
        break;
      case 56:
        namelen_ = r.uint32();
        break;
      case 64:
        frsize_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    blocks: blocks_,
    bfree: bfree_,
    bavail: bavail_,
    files: files_,
    ffree: ffree_,
    bsize: bsize_,
    namelen: namelen_,
    frsize: frsize_,
  };
}

export function encodeStatfs(m: StatfsInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.blocks) {
    w.uint32(8);
    w.u64(m.blocks);
  }
  if (m.bfree) {
    w.uint32(16);
    w.u64(m.bfree);
  }
  if (m.bavail) {
    w.uint32(24);
    w.u64(m.bavail);
  }
  if (m.files) {
    w.uint32(32);
    w.u64(m.files);
  }
  if (m.ffree) {
    w.uint32(40);
    w.u64(m.ffree);
  }
  if (m.bsize) {
    w.uint32(48);
    w.uint32(m.bsize);
  }
  if (m.namelen) {
    w.uint32(56);
    w.uint32(m.namelen);
  }
  if (m.frsize) {
    w.uint32(64);
    w.uint32(m.frsize);
  }
  return w;
}

export type FileLock = {
  readonly start: bigint;
  readonly end: bigint;
  readonly type: number;
  readonly pid: number;
};

/** What {@link encodeFileLock} takes: what is absent is not written. */
export type FileLockInit = {
  readonly start?: bigint | undefined;
  readonly end?: bigint | undefined;
  readonly type?: number | undefined;
  readonly pid?: number | undefined;
};

/** Field numbers of FileLock. */
export const FileLockField = {
  start: 1,
  end: 2,
  type: 3,
  pid: 4,
} as const;

export function decodeFileLock(r: WireReader, end: number = r.len): FileLock {
  let start_: bigint = 0n;
  let end_: bigint = 0n;
  let type_: number = 0;
  let pid_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        start_ = r.u64();
        break;
      case 16:
        end_ = r.u64();
        break;
      case 24:
        type_ = r.uint32();
        break;
      case 32:
        pid_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    start: start_,
    end: end_,
    type: type_,
    pid: pid_,
  };
}

export function encodeFileLock(m: FileLockInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.start) {
    w.uint32(8);
    w.u64(m.start);
  }
  if (m.end) {
    w.uint32(16);
    w.u64(m.end);
  }
  if (m.type) {
    w.uint32(24);
    w.uint32(m.type);
  }
  if (m.pid) {
    w.uint32(32);
    w.uint32(m.pid);
  }
  return w;
}

export type IoctlReply = {
  readonly result: number;
  readonly data: Uint8Array;
};

/** What {@link encodeIoctlReply} takes: what is absent is not written. */
export type IoctlReplyInit = {
  readonly result?: number | undefined;
  readonly data?: Uint8Array | undefined;
};

/** Field numbers of IoctlReply. */
export const IoctlReplyField = {
  result: 1,
  data: 2,
} as const;

export function decodeIoctlReply(r: WireReader, end: number = r.len): IoctlReply {
  let result_: number = 0;
  let data_: Uint8Array = NO_BYTES;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        result_ = r.sint32();
        break;
      case 18:
        data_ = r.bytes();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    result: result_,
    data: data_,
  };
}

export function encodeIoctlReply(m: IoctlReplyInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.result) {
    w.uint32(8);
    w.sint32(m.result);
  }
  if (m.data?.length) {
    w.uint32(18);
    w.bytes(m.data);
  }
  return w;
}

export type Stat64 = {
  readonly attr: Attr | undefined;
  readonly mask: number;
  /** Birth time, nanoseconds after the op's begin. */
  readonly btime: bigint;
  readonly attributes: bigint;
};

/** What {@link encodeStat64} takes: what is absent is not written. */
export type Stat64Init = {
  readonly attr?: AttrInit | undefined;
  readonly mask?: number | undefined;
  readonly btime?: bigint | undefined;
  readonly attributes?: bigint | undefined;
};

/** Field numbers of Stat64. */
export const Stat64Field = {
  attr: 1,
  mask: 2,
  btime: 3,
  attributes: 4,
} as const;

export function decodeStat64(r: WireReader, end: number = r.len): Stat64 {
  let attr_: Attr | undefined = undefined;
  let mask_: number = 0;
  let btime_: bigint = 0n;
  let attributes_: bigint = 0n;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        attr_ = decodeAttr(r, r.block(end));
        break;
      case 16:
        mask_ = r.uint32();
        break;
      case 24:
        btime_ = r.s64();
        break;
      case 32:
        attributes_ = r.u64();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    attr: attr_,
    mask: mask_,
    btime: btime_,
    attributes: attributes_,
  };
}

export function encodeStat64(m: Stat64Init, w: WireWriter = new WireWriter()): WireWriter {
  if (m.attr !== undefined) {
    encodeAttr(m.attr, w.open(10));
    w.ldelim();
  }
  if (m.mask) {
    w.uint32(16);
    w.uint32(m.mask);
  }
  if (m.btime) {
    w.uint32(24);
    w.s64(m.btime);
  }
  if (m.attributes) {
    w.uint32(32);
    w.u64(m.attributes);
  }
  return w;
}

export type Lookup = {
  readonly name: Uint8Array;
};

/** What {@link encodeLookup} takes: what is absent is not written. */
export type LookupInit = {
  readonly name?: Uint8Array | undefined;
};

/** Field numbers of Lookup. */
export const LookupField = {
  name: 1,
} as const;

export function decodeLookup(r: WireReader, end: number = r.len): Lookup {
  let name_: Uint8Array = NO_BYTES;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        name_ = r.bytes();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    name: name_,
  };
}

export function encodeLookup(m: LookupInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.name?.length) {
    w.uint32(10);
    w.bytes(m.name);
  }
  return w;
}

export type Getattr = {
  readonly flags: number;
  readonly fh: bigint;
};

/** What {@link encodeGetattr} takes: what is absent is not written. */
export type GetattrInit = {
  readonly flags?: number | undefined;
  readonly fh?: bigint | undefined;
};

/** Field numbers of Getattr. */
export const GetattrField = {
  flags: 1,
  fh: 2,
} as const;

export function decodeGetattr(r: WireReader, end: number = r.len): Getattr {
  let flags_: number = 0;
  let fh_: bigint = 0n;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        flags_ = r.uint32();
        break;
      case 16:
        fh_ = r.u64();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    flags: flags_,
    fh: fh_,
  };
}

export function encodeGetattr(m: GetattrInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.flags) {
    w.uint32(8);
    w.uint32(m.flags);
  }
  if (m.fh) {
    w.uint32(16);
    w.u64(m.fh);
  }
  return w;
}

export type Read = {
  readonly fh: bigint;
  readonly offset: bigint;
  readonly size: number;
  /** As given to open. */
  readonly flags: number;
};

/** What {@link encodeRead} takes: what is absent is not written. */
export type ReadInit = {
  readonly fh?: bigint | undefined;
  readonly offset?: bigint | undefined;
  readonly size?: number | undefined;
  readonly flags?: number | undefined;
};

/** Field numbers of Read. */
export const ReadField = {
  fh: 1,
  offset: 2,
  size: 3,
  flags: 4,
} as const;

export function decodeRead(r: WireReader, end: number = r.len): Read {
  let fh_: bigint = 0n;
  let offset_: bigint = 0n;
  let size_: number = 0;
  let flags_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        fh_ = r.u64();
        break;
      case 16:
        offset_ = r.u64();
        break;
      case 24:
        size_ = r.uint32();
        break;
      case 32:
        flags_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    fh: fh_,
    offset: offset_,
    size: size_,
    flags: flags_,
  };
}

export function encodeRead(m: ReadInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.fh) {
    w.uint32(8);
    w.u64(m.fh);
  }
  if (m.offset) {
    w.uint32(16);
    w.u64(m.offset);
  }
  if (m.size) {
    w.uint32(24);
    w.uint32(m.size);
  }
  if (m.flags) {
    w.uint32(32);
    w.uint32(m.flags);
  }
  return w;
}

export type WriteContent =
  | { readonly kind: 'inline'; readonly value: Uint8Array }
  | { readonly kind: 'hash'; readonly value: Uint8Array };

export type WriteContentInit =
  | { readonly kind: 'inline'; readonly value: Uint8Array }
  | { readonly kind: 'hash'; readonly value: Uint8Array };

export type Write = {
  readonly fh: bigint;
  readonly offset: bigint;
  readonly size: number;
  readonly flags: number;
  /** FUSE_WRITE_ bits. */
  readonly writeFlags: number;
  readonly content: WriteContent | undefined;
};

/** What {@link encodeWrite} takes: what is absent is not written. */
export type WriteInit = {
  readonly fh?: bigint | undefined;
  readonly offset?: bigint | undefined;
  readonly size?: number | undefined;
  readonly flags?: number | undefined;
  readonly writeFlags?: number | undefined;
  readonly content?: WriteContentInit | undefined;
};

/** Field numbers of Write. */
export const WriteField = {
  fh: 1,
  offset: 2,
  size: 3,
  flags: 4,
  writeFlags: 5,
  inline: 6,
  hash: 7,
} as const;

export function decodeWrite(r: WireReader, end: number = r.len): Write {
  let fh_: bigint = 0n;
  let offset_: bigint = 0n;
  let size_: number = 0;
  let flags_: number = 0;
  let writeFlags_: number = 0;
  let content_: WriteContent | undefined;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        fh_ = r.u64();
        break;
      case 16:
        offset_ = r.u64();
        break;
      case 24:
        size_ = r.uint32();
        break;
      case 32:
        flags_ = r.uint32();
        break;
      case 40:
        writeFlags_ = r.uint32();
        break;
      case 50:
        content_ = { kind: 'inline', value: r.bytes() };
        break;
      case 58:
        content_ = { kind: 'hash', value: r.bytes() };
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    fh: fh_,
    offset: offset_,
    size: size_,
    flags: flags_,
    writeFlags: writeFlags_,
    content: content_,
  };
}

export function encodeWrite(m: WriteInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.fh) {
    w.uint32(8);
    w.u64(m.fh);
  }
  if (m.offset) {
    w.uint32(16);
    w.u64(m.offset);
  }
  if (m.size) {
    w.uint32(24);
    w.uint32(m.size);
  }
  if (m.flags) {
    w.uint32(32);
    w.uint32(m.flags);
  }
  if (m.writeFlags) {
    w.uint32(40);
    w.uint32(m.writeFlags);
  }
  switch (m.content?.kind) {
    case 'inline':
      w.uint32(50);
    w.bytes(m.content.value);
      break;
    case 'hash':
      w.uint32(58);
    w.bytes(m.content.value);
      break;
  }
  return w;
}

export type Forget = {
  /** Pairs {nodeid, lookups to take back}. */
  readonly nodes: readonly bigint[];
};

/** What {@link encodeForget} takes: what is absent is not written. */
export type ForgetInit = {
  readonly nodes?: readonly bigint[] | undefined;
};

/** Field numbers of Forget. */
export const ForgetField = {
  nodes: 1,
} as const;

export function decodeForget(r: WireReader, end: number = r.len): Forget {
  let nodes_: bigint[] | undefined = undefined;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        (nodes_ ??= []).push(r.u64());
        break;
      case 10:
        {
        nodes_ ??= [];
        for (const stop = r.block(end); r.pos < stop; ) nodes_.push(r.u64());
        }
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    nodes: nodes_ ?? [],
  };
}

export function encodeForget(m: ForgetInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.nodes?.length) {
    w.uint32(10).fork();
    for (const v of m.nodes) w.u64(v);
    w.ldelim();
  }
  return w;
}

export type Setattr = {
  /** FATTR_ bits: which of the others count. */
  readonly valid: number;
  readonly size: bigint;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Nanoseconds since 1970. */
  readonly atime: bigint;
  readonly mtime: bigint;
  readonly ctime: bigint;
  readonly fh: bigint;
};

/** What {@link encodeSetattr} takes: what is absent is not written. */
export type SetattrInit = {
  readonly valid?: number | undefined;
  readonly size?: bigint | undefined;
  readonly mode?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly atime?: bigint | undefined;
  readonly mtime?: bigint | undefined;
  readonly ctime?: bigint | undefined;
  readonly fh?: bigint | undefined;
};

/** Field numbers of Setattr. */
export const SetattrField = {
  valid: 1,
  size: 2,
  mode: 3,
  uid: 4,
  gid: 5,
  atime: 6,
  mtime: 7,
  ctime: 8,
  fh: 9,
} as const;

export function decodeSetattr(r: WireReader, end: number = r.len): Setattr {
  let valid_: number = 0;
  let size_: bigint = 0n;
  let mode_: number = 0;
  let uid_: number = 0;
  let gid_: number = 0;
  let atime_: bigint = 0n;
  let mtime_: bigint = 0n;
  let ctime_: bigint = 0n;
  let fh_: bigint = 0n;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        valid_ = r.uint32();
        break;
      case 16:
        size_ = r.u64();
        break;
      case 24:
        mode_ = r.uint32();
        break;
      case 32:
        uid_ = r.uint32();
        break;
      case 40:
        gid_ = r.uint32();
        break;
      case 48:
        atime_ = r.s64();
        break;
      case 56:
        mtime_ = r.s64();
        break;
      case 64:
        ctime_ = r.s64();
        break;
      case 72:
        fh_ = r.u64();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    valid: valid_,
    size: size_,
    mode: mode_,
    uid: uid_,
    gid: gid_,
    atime: atime_,
    mtime: mtime_,
    ctime: ctime_,
    fh: fh_,
  };
}

export function encodeSetattr(m: SetattrInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.valid) {
    w.uint32(8);
    w.uint32(m.valid);
  }
  if (m.size) {
    w.uint32(16);
    w.u64(m.size);
  }
  if (m.mode) {
    w.uint32(24);
    w.uint32(m.mode);
  }
  if (m.uid) {
    w.uint32(32);
    w.uint32(m.uid);
  }
  if (m.gid) {
    w.uint32(40);
    w.uint32(m.gid);
  }
  if (m.atime) {
    w.uint32(48);
    w.s64(m.atime);
  }
  if (m.mtime) {
    w.uint32(56);
    w.s64(m.mtime);
  }
  if (m.ctime) {
    w.uint32(64);
    w.s64(m.ctime);
  }
  if (m.fh) {
    w.uint32(72);
    w.u64(m.fh);
  }
  return w;
}

export type Symlink = {
  readonly name: Uint8Array;
  readonly target: Uint8Array;
};

/** What {@link encodeSymlink} takes: what is absent is not written. */
export type SymlinkInit = {
  readonly name?: Uint8Array | undefined;
  readonly target?: Uint8Array | undefined;
};

/** Field numbers of Symlink. */
export const SymlinkField = {
  name: 1,
  target: 2,
} as const;

export function decodeSymlink(r: WireReader, end: number = r.len): Symlink {
  let name_: Uint8Array = NO_BYTES;
  let target_: Uint8Array = NO_BYTES;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        name_ = r.bytes();
        break;
      case 18:
        target_ = r.bytes();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    name: name_,
    target: target_,
  };
}

export function encodeSymlink(m: SymlinkInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.name?.length) {
    w.uint32(10);
    w.bytes(m.name);
  }
  if (m.target?.length) {
    w.uint32(18);
    w.bytes(m.target);
  }
  return w;
}

export type Mknod = {
  readonly name: Uint8Array;
  readonly mode: number;
  readonly rdev: number;
  readonly umask: number;
};

/** What {@link encodeMknod} takes: what is absent is not written. */
export type MknodInit = {
  readonly name?: Uint8Array | undefined;
  readonly mode?: number | undefined;
  readonly rdev?: number | undefined;
  readonly umask?: number | undefined;
};

/** Field numbers of Mknod. */
export const MknodField = {
  name: 1,
  mode: 2,
  rdev: 3,
  umask: 4,
} as const;

export function decodeMknod(r: WireReader, end: number = r.len): Mknod {
  let name_: Uint8Array = NO_BYTES;
  let mode_: number = 0;
  let rdev_: number = 0;
  let umask_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        name_ = r.bytes();
        break;
      case 16:
        mode_ = r.uint32();
        break;
      case 24:
        rdev_ = r.uint32();
        break;
      case 32:
        umask_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    name: name_,
    mode: mode_,
    rdev: rdev_,
    umask: umask_,
  };
}

export function encodeMknod(m: MknodInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.name?.length) {
    w.uint32(10);
    w.bytes(m.name);
  }
  if (m.mode) {
    w.uint32(16);
    w.uint32(m.mode);
  }
  if (m.rdev) {
    w.uint32(24);
    w.uint32(m.rdev);
  }
  if (m.umask) {
    w.uint32(32);
    w.uint32(m.umask);
  }
  return w;
}

export type Mkdir = {
  readonly name: Uint8Array;
  readonly mode: number;
  readonly umask: number;
};

/** What {@link encodeMkdir} takes: what is absent is not written. */
export type MkdirInit = {
  readonly name?: Uint8Array | undefined;
  readonly mode?: number | undefined;
  readonly umask?: number | undefined;
};

/** Field numbers of Mkdir. */
export const MkdirField = {
  name: 1,
  mode: 2,
  umask: 3,
} as const;

export function decodeMkdir(r: WireReader, end: number = r.len): Mkdir {
  let name_: Uint8Array = NO_BYTES;
  let mode_: number = 0;
  let umask_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        name_ = r.bytes();
        break;
      case 16:
        mode_ = r.uint32();
        break;
      case 24:
        umask_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    name: name_,
    mode: mode_,
    umask: umask_,
  };
}

export function encodeMkdir(m: MkdirInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.name?.length) {
    w.uint32(10);
    w.bytes(m.name);
  }
  if (m.mode) {
    w.uint32(16);
    w.uint32(m.mode);
  }
  if (m.umask) {
    w.uint32(24);
    w.uint32(m.umask);
  }
  return w;
}

export type Rename = {
  readonly name: Uint8Array;
  readonly newParent: bigint;
  readonly newName: Uint8Array;
  /** RENAME_ bits. */
  readonly flags: number;
};

/** What {@link encodeRename} takes: what is absent is not written. */
export type RenameInit = {
  readonly name?: Uint8Array | undefined;
  readonly newParent?: bigint | undefined;
  readonly newName?: Uint8Array | undefined;
  readonly flags?: number | undefined;
};

/** Field numbers of Rename. */
export const RenameField = {
  name: 1,
  newParent: 2,
  newName: 3,
  flags: 4,
} as const;

export function decodeRename(r: WireReader, end: number = r.len): Rename {
  let name_: Uint8Array = NO_BYTES;
  let newParent_: bigint = 0n;
  let newName_: Uint8Array = NO_BYTES;
  let flags_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        name_ = r.bytes();
        break;
      case 16:
        newParent_ = r.u64();
        break;
      case 26:
        newName_ = r.bytes();
        break;
      case 32:
        flags_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    name: name_,
    newParent: newParent_,
    newName: newName_,
    flags: flags_,
  };
}

export function encodeRename(m: RenameInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.name?.length) {
    w.uint32(10);
    w.bytes(m.name);
  }
  if (m.newParent) {
    w.uint32(16);
    w.u64(m.newParent);
  }
  if (m.newName?.length) {
    w.uint32(26);
    w.bytes(m.newName);
  }
  if (m.flags) {
    w.uint32(32);
    w.uint32(m.flags);
  }
  return w;
}

export type Link = {
  /** The op's nodeid is the inode that gets a name. */
  readonly newParent: bigint;
  readonly newName: Uint8Array;
};

/** What {@link encodeLink} takes: what is absent is not written. */
export type LinkInit = {
  readonly newParent?: bigint | undefined;
  readonly newName?: Uint8Array | undefined;
};

/** Field numbers of Link. */
export const LinkField = {
  newParent: 1,
  newName: 2,
} as const;

export function decodeLink(r: WireReader, end: number = r.len): Link {
  let newParent_: bigint = 0n;
  let newName_: Uint8Array = NO_BYTES;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        newParent_ = r.u64();
        break;
      case 18:
        newName_ = r.bytes();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    newParent: newParent_,
    newName: newName_,
  };
}

export function encodeLink(m: LinkInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.newParent) {
    w.uint32(8);
    w.u64(m.newParent);
  }
  if (m.newName?.length) {
    w.uint32(18);
    w.bytes(m.newName);
  }
  return w;
}

export type Open = {
  readonly flags: number;
};

/** What {@link encodeOpen} takes: what is absent is not written. */
export type OpenInit = {
  readonly flags?: number | undefined;
};

/** Field numbers of Open. */
export const OpenField = {
  flags: 1,
} as const;

export function decodeOpen(r: WireReader, end: number = r.len): Open {
  let flags_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        flags_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    flags: flags_,
  };
}

export function encodeOpen(m: OpenInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.flags) {
    w.uint32(8);
    w.uint32(m.flags);
  }
  return w;
}

export type Release = {
  readonly fh: bigint;
  readonly flags: number;
  /** FUSE_RELEASE_ bits. */
  readonly releaseFlags: number;
};

/** What {@link encodeRelease} takes: what is absent is not written. */
export type ReleaseInit = {
  readonly fh?: bigint | undefined;
  readonly flags?: number | undefined;
  readonly releaseFlags?: number | undefined;
};

/** Field numbers of Release. */
export const ReleaseField = {
  fh: 1,
  flags: 2,
  releaseFlags: 3,
} as const;

export function decodeRelease(r: WireReader, end: number = r.len): Release {
  let fh_: bigint = 0n;
  let flags_: number = 0;
  let releaseFlags_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        fh_ = r.u64();
        break;
      case 16:
        flags_ = r.uint32();
        break;
      case 24:
        releaseFlags_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    fh: fh_,
    flags: flags_,
    releaseFlags: releaseFlags_,
  };
}

export function encodeRelease(m: ReleaseInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.fh) {
    w.uint32(8);
    w.u64(m.fh);
  }
  if (m.flags) {
    w.uint32(16);
    w.uint32(m.flags);
  }
  if (m.releaseFlags) {
    w.uint32(24);
    w.uint32(m.releaseFlags);
  }
  return w;
}

export type Fsync = {
  readonly fh: bigint;
  readonly datasync: boolean;
};

/** What {@link encodeFsync} takes: what is absent is not written. */
export type FsyncInit = {
  readonly fh?: bigint | undefined;
  readonly datasync?: boolean | undefined;
};

/** Field numbers of Fsync. */
export const FsyncField = {
  fh: 1,
  datasync: 2,
} as const;

export function decodeFsync(r: WireReader, end: number = r.len): Fsync {
  let fh_: bigint = 0n;
  let datasync_: boolean = false;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        fh_ = r.u64();
        break;
      case 16:
        datasync_ = r.bool();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    fh: fh_,
    datasync: datasync_,
  };
}

export function encodeFsync(m: FsyncInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.fh) {
    w.uint32(8);
    w.u64(m.fh);
  }
  if (m.datasync) {
    w.uint32(16);
    w.bool(m.datasync);
  }
  return w;
}

export type Flush = {
  readonly fh: bigint;
};

/** What {@link encodeFlush} takes: what is absent is not written. */
export type FlushInit = {
  readonly fh?: bigint | undefined;
};

/** Field numbers of Flush. */
export const FlushField = {
  fh: 1,
} as const;

export function decodeFlush(r: WireReader, end: number = r.len): Flush {
  let fh_: bigint = 0n;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        fh_ = r.u64();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    fh: fh_,
  };
}

export function encodeFlush(m: FlushInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.fh) {
    w.uint32(8);
    w.u64(m.fh);
  }
  return w;
}

export type Setxattr = {
  readonly name: Uint8Array;
  readonly value: Uint8Array;
  /** XATTR_CREATE, XATTR_REPLACE. */
  readonly flags: number;
};

/** What {@link encodeSetxattr} takes: what is absent is not written. */
export type SetxattrInit = {
  readonly name?: Uint8Array | undefined;
  readonly value?: Uint8Array | undefined;
  readonly flags?: number | undefined;
};

/** Field numbers of Setxattr. */
export const SetxattrField = {
  name: 1,
  value: 2,
  flags: 3,
} as const;

export function decodeSetxattr(r: WireReader, end: number = r.len): Setxattr {
  let name_: Uint8Array = NO_BYTES;
  let value_: Uint8Array = NO_BYTES;
  let flags_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        name_ = r.bytes();
        break;
      case 18:
        value_ = r.bytes();
        break;
      case 24:
        flags_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    name: name_,
    value: value_,
    flags: flags_,
  };
}

export function encodeSetxattr(m: SetxattrInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.name?.length) {
    w.uint32(10);
    w.bytes(m.name);
  }
  if (m.value?.length) {
    w.uint32(18);
    w.bytes(m.value);
  }
  if (m.flags) {
    w.uint32(24);
    w.uint32(m.flags);
  }
  return w;
}

export type Getxattr = {
  readonly name: Uint8Array;
  /** Room for the value; 0 asks for its size. */
  readonly size: number;
};

/** What {@link encodeGetxattr} takes: what is absent is not written. */
export type GetxattrInit = {
  readonly name?: Uint8Array | undefined;
  readonly size?: number | undefined;
};

/** Field numbers of Getxattr. */
export const GetxattrField = {
  name: 1,
  size: 2,
} as const;

export function decodeGetxattr(r: WireReader, end: number = r.len): Getxattr {
  let name_: Uint8Array = NO_BYTES;
  let size_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        name_ = r.bytes();
        break;
      case 16:
        size_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    name: name_,
    size: size_,
  };
}

export function encodeGetxattr(m: GetxattrInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.name?.length) {
    w.uint32(10);
    w.bytes(m.name);
  }
  if (m.size) {
    w.uint32(16);
    w.uint32(m.size);
  }
  return w;
}

export type Listxattr = {
  readonly size: number;
};

/** What {@link encodeListxattr} takes: what is absent is not written. */
export type ListxattrInit = {
  readonly size?: number | undefined;
};

/** Field numbers of Listxattr. */
export const ListxattrField = {
  size: 1,
} as const;

export function decodeListxattr(r: WireReader, end: number = r.len): Listxattr {
  let size_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        size_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    size: size_,
  };
}

export function encodeListxattr(m: ListxattrInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.size) {
    w.uint32(8);
    w.uint32(m.size);
  }
  return w;
}

export type Readdir = {
  readonly fh: bigint;
  /** A cookie of an earlier listing; 0 is the start. */
  readonly cookie: bigint;
  /** Bytes of room for struct fuse_dirent (or direntplus). */
  readonly size: number;
};

/** What {@link encodeReaddir} takes: what is absent is not written. */
export type ReaddirInit = {
  readonly fh?: bigint | undefined;
  readonly cookie?: bigint | undefined;
  readonly size?: number | undefined;
};

/** Field numbers of Readdir. */
export const ReaddirField = {
  fh: 1,
  cookie: 2,
  size: 3,
} as const;

export function decodeReaddir(r: WireReader, end: number = r.len): Readdir {
  let fh_: bigint = 0n;
  let cookie_: bigint = 0n;
  let size_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        fh_ = r.u64();
        break;
      case 16:
        cookie_ = r.u64();
        break;
      case 24:
        size_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    fh: fh_,
    cookie: cookie_,
    size: size_,
  };
}

export function encodeReaddir(m: ReaddirInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.fh) {
    w.uint32(8);
    w.u64(m.fh);
  }
  if (m.cookie) {
    w.uint32(16);
    w.u64(m.cookie);
  }
  if (m.size) {
    w.uint32(24);
    w.uint32(m.size);
  }
  return w;
}

export type LockRequest = {
  readonly fh: bigint;
  readonly owner: bigint;
  readonly lock: FileLock | undefined;
  /** FUSE_LK_ bits. */
  readonly flags: number;
};

/** What {@link encodeLockRequest} takes: what is absent is not written. */
export type LockRequestInit = {
  readonly fh?: bigint | undefined;
  readonly owner?: bigint | undefined;
  readonly lock?: FileLockInit | undefined;
  readonly flags?: number | undefined;
};

/** Field numbers of LockRequest. */
export const LockRequestField = {
  fh: 1,
  owner: 2,
  lock: 3,
  flags: 4,
} as const;

export function decodeLockRequest(r: WireReader, end: number = r.len): LockRequest {
  let fh_: bigint = 0n;
  let owner_: bigint = 0n;
  let lock_: FileLock | undefined = undefined;
  let flags_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        fh_ = r.u64();
        break;
      case 16:
        owner_ = r.u64();
        break;
      case 26:
        lock_ = decodeFileLock(r, r.block(end));
        break;
      case 32:
        flags_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    fh: fh_,
    owner: owner_,
    lock: lock_,
    flags: flags_,
  };
}

export function encodeLockRequest(m: LockRequestInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.fh) {
    w.uint32(8);
    w.u64(m.fh);
  }
  if (m.owner) {
    w.uint32(16);
    w.u64(m.owner);
  }
  if (m.lock !== undefined) {
    encodeFileLock(m.lock, w.open(26));
    w.ldelim();
  }
  if (m.flags) {
    w.uint32(32);
    w.uint32(m.flags);
  }
  return w;
}

export type Access = {
  readonly mask: number;
};

/** What {@link encodeAccess} takes: what is absent is not written. */
export type AccessInit = {
  readonly mask?: number | undefined;
};

/** Field numbers of Access. */
export const AccessField = {
  mask: 1,
} as const;

export function decodeAccess(r: WireReader, end: number = r.len): Access {
  let mask_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        mask_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    mask: mask_,
  };
}

export function encodeAccess(m: AccessInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.mask) {
    w.uint32(8);
    w.uint32(m.mask);
  }
  return w;
}

export type Create = {
  readonly name: Uint8Array;
  readonly mode: number;
  readonly umask: number;
  readonly flags: number;
};

/** What {@link encodeCreate} takes: what is absent is not written. */
export type CreateInit = {
  readonly name?: Uint8Array | undefined;
  readonly mode?: number | undefined;
  readonly umask?: number | undefined;
  readonly flags?: number | undefined;
};

/** Field numbers of Create. */
export const CreateField = {
  name: 1,
  mode: 2,
  umask: 3,
  flags: 4,
} as const;

export function decodeCreate(r: WireReader, end: number = r.len): Create {
  let name_: Uint8Array = NO_BYTES;
  let mode_: number = 0;
  let umask_: number = 0;
  let flags_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        name_ = r.bytes();
        break;
      case 16:
        mode_ = r.uint32();
        break;
      case 24:
        umask_ = r.uint32();
        break;
      case 32:
        flags_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    name: name_,
    mode: mode_,
    umask: umask_,
    flags: flags_,
  };
}

export function encodeCreate(m: CreateInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.name?.length) {
    w.uint32(10);
    w.bytes(m.name);
  }
  if (m.mode) {
    w.uint32(16);
    w.uint32(m.mode);
  }
  if (m.umask) {
    w.uint32(24);
    w.uint32(m.umask);
  }
  if (m.flags) {
    w.uint32(32);
    w.uint32(m.flags);
  }
  return w;
}

export type Tmpfile = {
  readonly mode: number;
  readonly umask: number;
  readonly flags: number;
};

/** What {@link encodeTmpfile} takes: what is absent is not written. */
export type TmpfileInit = {
  readonly mode?: number | undefined;
  readonly umask?: number | undefined;
  readonly flags?: number | undefined;
};

/** Field numbers of Tmpfile. */
export const TmpfileField = {
  mode: 1,
  umask: 2,
  flags: 3,
} as const;

export function decodeTmpfile(r: WireReader, end: number = r.len): Tmpfile {
  let mode_: number = 0;
  let umask_: number = 0;
  let flags_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        mode_ = r.uint32();
        break;
      case 16:
        umask_ = r.uint32();
        break;
      case 24:
        flags_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    mode: mode_,
    umask: umask_,
    flags: flags_,
  };
}

export function encodeTmpfile(m: TmpfileInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.mode) {
    w.uint32(8);
    w.uint32(m.mode);
  }
  if (m.umask) {
    w.uint32(16);
    w.uint32(m.umask);
  }
  if (m.flags) {
    w.uint32(24);
    w.uint32(m.flags);
  }
  return w;
}

export type Bmap = {
  readonly block: bigint;
  readonly blockSize: number;
};

/** What {@link encodeBmap} takes: what is absent is not written. */
export type BmapInit = {
  readonly block?: bigint | undefined;
  readonly blockSize?: number | undefined;
};

/** Field numbers of Bmap. */
export const BmapField = {
  block: 1,
  blockSize: 2,
} as const;

export function decodeBmap(r: WireReader, end: number = r.len): Bmap {
  let block_: bigint = 0n;
  let blockSize_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        block_ = r.u64();
        break;
      case 16:
        blockSize_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    block: block_,
    blockSize: blockSize_,
  };
}

export function encodeBmap(m: BmapInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.block) {
    w.uint32(8);
    w.u64(m.block);
  }
  if (m.blockSize) {
    w.uint32(16);
    w.uint32(m.blockSize);
  }
  return w;
}

export type Ioctl = {
  readonly fh: bigint;
  readonly command: number;
  readonly argument: bigint;
  readonly flags: number;
  readonly data: Uint8Array;
  readonly outSize: number;
};

/** What {@link encodeIoctl} takes: what is absent is not written. */
export type IoctlInit = {
  readonly fh?: bigint | undefined;
  readonly command?: number | undefined;
  readonly argument?: bigint | undefined;
  readonly flags?: number | undefined;
  readonly data?: Uint8Array | undefined;
  readonly outSize?: number | undefined;
};

/** Field numbers of Ioctl. */
export const IoctlField = {
  fh: 1,
  command: 2,
  argument: 3,
  flags: 4,
  data: 5,
  outSize: 6,
} as const;

export function decodeIoctl(r: WireReader, end: number = r.len): Ioctl {
  let fh_: bigint = 0n;
  let command_: number = 0;
  let argument_: bigint = 0n;
  let flags_: number = 0;
  let data_: Uint8Array = NO_BYTES;
  let outSize_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        fh_ = r.u64();
        break;
      case 16:
        command_ = r.uint32();
        break;
      case 24:
        argument_ = r.u64();
        break;
      case 32:
        flags_ = r.uint32();
        break;
      case 42:
        data_ = r.bytes();
        break;
      case 48:
        outSize_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    fh: fh_,
    command: command_,
    argument: argument_,
    flags: flags_,
    data: data_,
    outSize: outSize_,
  };
}

export function encodeIoctl(m: IoctlInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.fh) {
    w.uint32(8);
    w.u64(m.fh);
  }
  if (m.command) {
    w.uint32(16);
    w.uint32(m.command);
  }
  if (m.argument) {
    w.uint32(24);
    w.u64(m.argument);
  }
  if (m.flags) {
    w.uint32(32);
    w.uint32(m.flags);
  }
  if (m.data?.length) {
    w.uint32(42);
    w.bytes(m.data);
  }
  if (m.outSize) {
    w.uint32(48);
    w.uint32(m.outSize);
  }
  return w;
}

export type Poll = {
  readonly fh: bigint;
  readonly events: number;
};

/** What {@link encodePoll} takes: what is absent is not written. */
export type PollInit = {
  readonly fh?: bigint | undefined;
  readonly events?: number | undefined;
};

/** Field numbers of Poll. */
export const PollField = {
  fh: 1,
  events: 2,
} as const;

export function decodePoll(r: WireReader, end: number = r.len): Poll {
  let fh_: bigint = 0n;
  let events_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        fh_ = r.u64();
        break;
      case 16:
        events_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    fh: fh_,
    events: events_,
  };
}

export function encodePoll(m: PollInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.fh) {
    w.uint32(8);
    w.u64(m.fh);
  }
  if (m.events) {
    w.uint32(16);
    w.uint32(m.events);
  }
  return w;
}

export type Fallocate = {
  readonly fh: bigint;
  readonly offset: bigint;
  readonly length: bigint;
  /** FALLOC_FL_ bits. */
  readonly mode: number;
};

/** What {@link encodeFallocate} takes: what is absent is not written. */
export type FallocateInit = {
  readonly fh?: bigint | undefined;
  readonly offset?: bigint | undefined;
  readonly length?: bigint | undefined;
  readonly mode?: number | undefined;
};

/** Field numbers of Fallocate. */
export const FallocateField = {
  fh: 1,
  offset: 2,
  length: 3,
  mode: 4,
} as const;

export function decodeFallocate(r: WireReader, end: number = r.len): Fallocate {
  let fh_: bigint = 0n;
  let offset_: bigint = 0n;
  let length_: bigint = 0n;
  let mode_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        fh_ = r.u64();
        break;
      case 16:
        offset_ = r.u64();
        break;
      case 24:
        length_ = r.u64();
        break;
      case 32:
        mode_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    fh: fh_,
    offset: offset_,
    length: length_,
    mode: mode_,
  };
}

export function encodeFallocate(m: FallocateInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.fh) {
    w.uint32(8);
    w.u64(m.fh);
  }
  if (m.offset) {
    w.uint32(16);
    w.u64(m.offset);
  }
  if (m.length) {
    w.uint32(24);
    w.u64(m.length);
  }
  if (m.mode) {
    w.uint32(32);
    w.uint32(m.mode);
  }
  return w;
}

export type Lseek = {
  readonly fh: bigint;
  readonly offset: bigint;
  /** SEEK_ value. */
  readonly whence: number;
};

/** What {@link encodeLseek} takes: what is absent is not written. */
export type LseekInit = {
  readonly fh?: bigint | undefined;
  readonly offset?: bigint | undefined;
  readonly whence?: number | undefined;
};

/** Field numbers of Lseek. */
export const LseekField = {
  fh: 1,
  offset: 2,
  whence: 3,
} as const;

export function decodeLseek(r: WireReader, end: number = r.len): Lseek {
  let fh_: bigint = 0n;
  let offset_: bigint = 0n;
  let whence_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        fh_ = r.u64();
        break;
      case 16:
        offset_ = r.u64();
        break;
      case 24:
        whence_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    fh: fh_,
    offset: offset_,
    whence: whence_,
  };
}

export function encodeLseek(m: LseekInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.fh) {
    w.uint32(8);
    w.u64(m.fh);
  }
  if (m.offset) {
    w.uint32(16);
    w.u64(m.offset);
  }
  if (m.whence) {
    w.uint32(24);
    w.uint32(m.whence);
  }
  return w;
}

export type CopyFileRange = {
  readonly fhIn: bigint;
  readonly offsetIn: bigint;
  readonly nodeidOut: bigint;
  readonly fhOut: bigint;
  readonly offsetOut: bigint;
  readonly length: bigint;
  readonly flags: bigint;
};

/** What {@link encodeCopyFileRange} takes: what is absent is not written. */
export type CopyFileRangeInit = {
  readonly fhIn?: bigint | undefined;
  readonly offsetIn?: bigint | undefined;
  readonly nodeidOut?: bigint | undefined;
  readonly fhOut?: bigint | undefined;
  readonly offsetOut?: bigint | undefined;
  readonly length?: bigint | undefined;
  readonly flags?: bigint | undefined;
};

/** Field numbers of CopyFileRange. */
export const CopyFileRangeField = {
  fhIn: 1,
  offsetIn: 2,
  nodeidOut: 3,
  fhOut: 4,
  offsetOut: 5,
  length: 6,
  flags: 7,
} as const;

export function decodeCopyFileRange(r: WireReader, end: number = r.len): CopyFileRange {
  let fhIn_: bigint = 0n;
  let offsetIn_: bigint = 0n;
  let nodeidOut_: bigint = 0n;
  let fhOut_: bigint = 0n;
  let offsetOut_: bigint = 0n;
  let length_: bigint = 0n;
  let flags_: bigint = 0n;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        fhIn_ = r.u64();
        break;
      case 16:
        offsetIn_ = r.u64();
        break;
      case 24:
        nodeidOut_ = r.u64();
        break;
      case 32:
        fhOut_ = r.u64();
        break;
      case 40:
        offsetOut_ = r.u64();
        break;
      case 48:
        length_ = r.u64();
        break;
      case 56:
        flags_ = r.u64();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    fhIn: fhIn_,
    offsetIn: offsetIn_,
    nodeidOut: nodeidOut_,
    fhOut: fhOut_,
    offsetOut: offsetOut_,
    length: length_,
    flags: flags_,
  };
}

export function encodeCopyFileRange(m: CopyFileRangeInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.fhIn) {
    w.uint32(8);
    w.u64(m.fhIn);
  }
  if (m.offsetIn) {
    w.uint32(16);
    w.u64(m.offsetIn);
  }
  if (m.nodeidOut) {
    w.uint32(24);
    w.u64(m.nodeidOut);
  }
  if (m.fhOut) {
    w.uint32(32);
    w.u64(m.fhOut);
  }
  if (m.offsetOut) {
    w.uint32(40);
    w.u64(m.offsetOut);
  }
  if (m.length) {
    w.uint32(48);
    w.u64(m.length);
  }
  if (m.flags) {
    w.uint32(56);
    w.u64(m.flags);
  }
  return w;
}

export type Statx = {
  readonly fh: bigint;
  readonly flags: number;
  readonly mask: number;
};

/** What {@link encodeStatx} takes: what is absent is not written. */
export type StatxInit = {
  readonly fh?: bigint | undefined;
  readonly flags?: number | undefined;
  readonly mask?: number | undefined;
};

/** Field numbers of Statx. */
export const StatxField = {
  fh: 1,
  flags: 2,
  mask: 3,
} as const;

export function decodeStatx(r: WireReader, end: number = r.len): Statx {
  let fh_: bigint = 0n;
  let flags_: number = 0;
  let mask_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        fh_ = r.u64();
        break;
      case 16:
        flags_ = r.uint32();
        break;
      case 24:
        mask_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    fh: fh_,
    flags: flags_,
    mask: mask_,
  };
}

export function encodeStatx(m: StatxInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.fh) {
    w.uint32(8);
    w.u64(m.fh);
  }
  if (m.flags) {
    w.uint32(16);
    w.uint32(m.flags);
  }
  if (m.mask) {
    w.uint32(24);
    w.uint32(m.mask);
  }
  return w;
}

export type Mkfs = {
  /** Options, comma separated. */
  readonly options: string;
};

/** What {@link encodeMkfs} takes: what is absent is not written. */
export type MkfsInit = {
  readonly options?: string | undefined;
};

/** Field numbers of Mkfs. */
export const MkfsField = {
  options: 1,
} as const;

export function decodeMkfs(r: WireReader, end: number = r.len): Mkfs {
  let options_: string = '';
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        options_ = r.string();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    options: options_,
  };
}

export function encodeMkfs(m: MkfsInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.options) {
    w.uint32(10);
    w.string(m.options);
  }
  return w;
}

export type Records = {
  readonly record: readonly Record[];
};

/** What {@link encodeRecords} takes: what is absent is not written. */
export type RecordsInit = {
  readonly record?: readonly RecordInit[] | undefined;
};

/** Field numbers of Records. */
export const RecordsField = {
  record: 1,
} as const;

export function decodeRecords(r: WireReader, end: number = r.len): Records {
  let record_: Record[] | undefined = undefined;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        (record_ ??= []).push(decodeRecord(r, r.block(end)));
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    record: record_ ?? [],
  };
}

export function encodeRecords(m: RecordsInit, w: WireWriter = new WireWriter()): WireWriter {
  for (const v of m.record ?? []) {
    encodeRecord(v, w.open(10));
    w.ldelim();
  }
  return w;
}

export type RecordKind =
  | { readonly kind: 'op'; readonly value: Op }
  | { readonly kind: 'block'; readonly value: Block }
  | { readonly kind: 'blob'; readonly value: Blob }
  | { readonly kind: 'caller'; readonly value: Caller }
  | { readonly kind: 'gap'; readonly value: Gap }
  | { readonly kind: 'checkpoint'; readonly value: Checkpoint }
  | { readonly kind: 'upgrade'; readonly value: Upgrade }
  | { readonly kind: 'mark'; readonly value: Mark }
  | { readonly kind: 'panic'; readonly value: Panic }
  | { readonly kind: 'task'; readonly value: Task }
  | { readonly kind: 'unfinished'; readonly value: Op }
  | { readonly kind: 'times'; readonly value: Times };

export type RecordKindInit =
  | { readonly kind: 'op'; readonly value: OpInit }
  | { readonly kind: 'block'; readonly value: BlockInit }
  | { readonly kind: 'blob'; readonly value: BlobInit }
  | { readonly kind: 'caller'; readonly value: CallerInit }
  | { readonly kind: 'gap'; readonly value: GapInit }
  | { readonly kind: 'checkpoint'; readonly value: CheckpointInit }
  | { readonly kind: 'upgrade'; readonly value: UpgradeInit }
  | { readonly kind: 'mark'; readonly value: MarkInit }
  | { readonly kind: 'panic'; readonly value: PanicInit }
  | { readonly kind: 'task'; readonly value: TaskInit }
  | { readonly kind: 'unfinished'; readonly value: OpInit }
  | { readonly kind: 'times'; readonly value: TimesInit };

/** Next free field: 13. */
export type Record = {
  readonly kind: RecordKind | undefined;
};

/** What {@link encodeRecord} takes: what is absent is not written. */
export type RecordInit = {
  readonly kind?: RecordKindInit | undefined;
};

/** Field numbers of Record. */
export const RecordField = {
  op: 1,
  block: 2,
  blob: 3,
  caller: 4,
  gap: 5,
  checkpoint: 6,
  upgrade: 7,
  mark: 8,
  panic: 9,
  task: 10,
  unfinished: 11,
  times: 12,
} as const;

export function decodeRecord(r: WireReader, end: number = r.len): Record {
  let kind_: RecordKind | undefined;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        kind_ = { kind: 'op', value: decodeOp(r, r.block(end)) };
        break;
      case 18:
        kind_ = { kind: 'block', value: decodeBlock(r, r.block(end)) };
        break;
      case 26:
        kind_ = { kind: 'blob', value: decodeBlob(r, r.block(end)) };
        break;
      case 34:
        kind_ = { kind: 'caller', value: decodeCaller(r, r.block(end)) };
        break;
      case 42:
        kind_ = { kind: 'gap', value: decodeGap(r, r.block(end)) };
        break;
      case 50:
        kind_ = { kind: 'checkpoint', value: decodeCheckpoint(r, r.block(end)) };
        break;
      case 58:
        kind_ = { kind: 'upgrade', value: decodeUpgrade(r, r.block(end)) };
        break;
      case 66:
        kind_ = { kind: 'mark', value: decodeMark(r, r.block(end)) };
        break;
      case 74:
        kind_ = { kind: 'panic', value: decodePanic(r, r.block(end)) };
        break;
      case 82:
        kind_ = { kind: 'task', value: decodeTask(r, r.block(end)) };
        break;
      case 90:
        kind_ = { kind: 'unfinished', value: decodeOp(r, r.block(end)) };
        break;
      case 98:
        kind_ = { kind: 'times', value: decodeTimes(r, r.block(end)) };
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    kind: kind_,
  };
}

export function encodeRecord(m: RecordInit, w: WireWriter = new WireWriter()): WireWriter {
  switch (m.kind?.kind) {
    case 'op':
      encodeOp(m.kind.value, w.open(10));
    w.ldelim();
      break;
    case 'block':
      encodeBlock(m.kind.value, w.open(18));
    w.ldelim();
      break;
    case 'blob':
      encodeBlob(m.kind.value, w.open(26));
    w.ldelim();
      break;
    case 'caller':
      encodeCaller(m.kind.value, w.open(34));
    w.ldelim();
      break;
    case 'gap':
      encodeGap(m.kind.value, w.open(42));
    w.ldelim();
      break;
    case 'checkpoint':
      encodeCheckpoint(m.kind.value, w.open(50));
    w.ldelim();
      break;
    case 'upgrade':
      encodeUpgrade(m.kind.value, w.open(58));
    w.ldelim();
      break;
    case 'mark':
      encodeMark(m.kind.value, w.open(66));
    w.ldelim();
      break;
    case 'panic':
      encodePanic(m.kind.value, w.open(74));
    w.ldelim();
      break;
    case 'task':
      encodeTask(m.kind.value, w.open(82));
    w.ldelim();
      break;
    case 'unfinished':
      encodeOp(m.kind.value, w.open(90));
    w.ldelim();
      break;
    case 'times':
      encodeTimes(m.kind.value, w.open(98));
    w.ldelim();
      break;
  }
  return w;
}

/**
 * When the ops of this chunk took place, as exactly as is worth keeping: the begin that each has is the module's clock, which may tick
 * slowly. Stands first in its chunk; at most once. A byte for each op, in their order. A byte c is the number c when it is below 8, otherwise
 * ((c & 3) + 4) << ((c >> 2) - 1), which tells a number to within an eighth.
 */
export type Times = {
  /** Op.duration_ns of each op; the ops' own are absent. */
  readonly durations: Uint8Array;
  /** From the later of the op's begin and the end of the op before, as told here, to the end of each, nanoseconds. */
  readonly ends: Uint8Array;
  /** The end of the op before the first, as told in the chunk before; nanoseconds after Chunk.base_time_ns. */
  readonly endBeforeNs: bigint;
};

/** What {@link encodeTimes} takes: what is absent is not written. */
export type TimesInit = {
  readonly durations?: Uint8Array | undefined;
  readonly ends?: Uint8Array | undefined;
  readonly endBeforeNs?: bigint | undefined;
};

/** Field numbers of Times. */
export const TimesField = {
  durations: 1,
  ends: 2,
  endBeforeNs: 3,
} as const;

export function decodeTimes(r: WireReader, end: number = r.len): Times {
  let durations_: Uint8Array = NO_BYTES;
  let ends_: Uint8Array = NO_BYTES;
  let endBeforeNs_: bigint = 0n;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        durations_ = r.bytes();
        break;
      case 18:
        ends_ = r.bytes();
        break;
      case 24:
        endBeforeNs_ = r.s64();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    durations: durations_,
    ends: ends_,
    endBeforeNs: endBeforeNs_,
  };
}

export function encodeTimes(m: TimesInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.durations?.length) {
    w.uint32(10);
    w.bytes(m.durations);
  }
  if (m.ends?.length) {
    w.uint32(18);
    w.bytes(m.ends);
  }
  if (m.endBeforeNs) {
    w.uint32(24);
    w.s64(m.endBeforeNs);
  }
  return w;
}

/** The content of a device block at its first read, before any write of the run. */
export type Block = {
  readonly number: bigint;
  /** Absent when every byte is zero. */
  readonly data: Uint8Array;
};

/** What {@link encodeBlock} takes: what is absent is not written. */
export type BlockInit = {
  readonly number?: bigint | undefined;
  readonly data?: Uint8Array | undefined;
};

/** Field numbers of Block. */
export const BlockField = {
  number: 1,
  data: 2,
} as const;

export function decodeBlock(r: WireReader, end: number = r.len): Block {
  let number_: bigint = 0n;
  let data_: Uint8Array = NO_BYTES;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        number_ = r.u64();
        break;
      case 18:
        data_ = r.bytes();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    number: number_,
    data: data_,
  };
}

export function encodeBlock(m: BlockInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.number) {
    w.uint32(8);
    w.u64(m.number);
  }
  if (m.data?.length) {
    w.uint32(18);
    w.bytes(m.data);
  }
  return w;
}

/** A written content, stored once and named by its hash. */
export type Blob = {
  /** xxh3-128 of data, 16 bytes, big-endian as the reference implementation prints it. */
  readonly hash: Uint8Array;
  readonly data: Uint8Array;
};

/** What {@link encodeBlob} takes: what is absent is not written. */
export type BlobInit = {
  readonly hash?: Uint8Array | undefined;
  readonly data?: Uint8Array | undefined;
};

/** Field numbers of Blob. */
export const BlobField = {
  hash: 1,
  data: 2,
} as const;

export function decodeBlob(r: WireReader, end: number = r.len): Blob {
  let hash_: Uint8Array = NO_BYTES;
  let data_: Uint8Array = NO_BYTES;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        hash_ = r.bytes();
        break;
      case 18:
        data_ = r.bytes();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    hash: hash_,
    data: data_,
  };
}

export function encodeBlob(m: BlobInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.hash?.length) {
    w.uint32(10);
    w.bytes(m.hash);
  }
  if (m.data?.length) {
    w.uint32(18);
    w.bytes(m.data);
  }
  return w;
}

/** Who makes ops; ops name it by index. */
export type Caller = {
  /** Counted from 1 within the chunk. Ops with caller 0 come from the kernel itself (uid, gid and pid 0). */
  readonly index: number;
  readonly uid: number;
  readonly gid: number;
  readonly pid: number;
};

/** What {@link encodeCaller} takes: what is absent is not written. */
export type CallerInit = {
  readonly index?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly pid?: number | undefined;
};

/** Field numbers of Caller. */
export const CallerField = {
  index: 1,
  uid: 2,
  gid: 3,
  pid: 4,
} as const;

export function decodeCaller(r: WireReader, end: number = r.len): Caller {
  let index_: number = 0;
  let uid_: number = 0;
  let gid_: number = 0;
  let pid_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        index_ = r.uint32();
        break;
      case 16:
        uid_ = r.uint32();
        break;
      case 24:
        gid_ = r.uint32();
        break;
      case 32:
        pid_ = r.uint32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    index: index_,
    uid: uid_,
    gid: gid_,
    pid: pid_,
  };
}

export function encodeCaller(m: CallerInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.index) {
    w.uint32(8);
    w.uint32(m.index);
  }
  if (m.uid) {
    w.uint32(16);
    w.uint32(m.uid);
  }
  if (m.gid) {
    w.uint32(24);
    w.uint32(m.gid);
  }
  if (m.pid) {
    w.uint32(32);
    w.uint32(m.pid);
  }
  return w;
}

/** Ops that are missing at this place. */
export type Gap = {
  readonly dropped: bigint;
  readonly loss: readonly LossByCause[];
};

/** What {@link encodeGap} takes: what is absent is not written. */
export type GapInit = {
  readonly dropped?: bigint | undefined;
  readonly loss?: readonly LossByCauseInit[] | undefined;
};

/** Field numbers of Gap. */
export const GapField = {
  dropped: 1,
  loss: 2,
} as const;

export function decodeGap(r: WireReader, end: number = r.len): Gap {
  let dropped_: bigint = 0n;
  let loss_: LossByCause[] | undefined = undefined;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        dropped_ = r.u64();
        break;
      case 18:
        (loss_ ??= []).push(decodeLossByCause(r, r.block(end)));
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    dropped: dropped_,
    loss: loss_ ?? [],
  };
}

export function encodeGap(m: GapInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.dropped) {
    w.uint32(8);
    w.u64(m.dropped);
  }
  for (const v of m.loss ?? []) {
    encodeLossByCause(v, w.open(18));
    w.ldelim();
  }
  return w;
}

export type LossByCause = {
  readonly cause: LossCause;
  /** Processor whose buffer lost them; 0 in a recording by bento-host, which has one buffer. */
  readonly cpu: number;
  readonly ops: bigint;
};

/** What {@link encodeLossByCause} takes: what is absent is not written. */
export type LossByCauseInit = {
  readonly cause?: LossCause | undefined;
  readonly cpu?: number | undefined;
  readonly ops?: bigint | undefined;
};

/** Field numbers of LossByCause. */
export const LossByCauseField = {
  cause: 1,
  cpu: 2,
  ops: 3,
} as const;

export function decodeLossByCause(r: WireReader, end: number = r.len): LossByCause {
  let cause_: LossCause = 0;
  let cpu_: number = 0;
  let ops_: bigint = 0n;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        cause_ = r.int32();
        break;
      case 16:
        cpu_ = r.uint32();
        break;
      case 24:
        ops_ = r.u64();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    cause: cause_,
    cpu: cpu_,
    ops: ops_,
  };
}

export function encodeLossByCause(m: LossByCauseInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.cause) {
    w.uint32(8);
    w.int32(m.cause);
  }
  if (m.cpu) {
    w.uint32(16);
    w.uint32(m.cpu);
  }
  if (m.ops) {
    w.uint32(24);
    w.u64(m.ops);
  }
  return w;
}

export const LossCause = {
  UNSPECIFIED: 0,
  /** The buffer was full: the writer could not keep up. */
  BUFFER_FULL: 1,
  /** No room on the medium that holds the trace. */
  NO_SPACE: 2,
  /** Any other error when writing the trace. */
  IO_ERROR: 3,
  /** An op too large for the recorder's buffer. */
  TOO_LARGE: 4,
  /** Overwritten in a flight ring. */
  OVERWRITTEN: 5,
} as const;
/** A value of {@link LossCause}, or one that a later version added. */
export type LossCause = number;

/** The state of the module at this place; replay may begin here. */
export type Checkpoint = {
  /** Schema of `state`. */
  readonly schema: number;
  /** What export_state gave. */
  readonly state: Uint8Array;
  /** Lock counters at this place, five numbers a lock: see Op.lock_order. */
  readonly locks: readonly bigint[];
  /** Blocks whose cached content is newer than the device's. */
  readonly block: readonly Block[];
  /** Ops that were under way (then the checkpoint is not a place to begin). */
  readonly inFlight: number;
  /**
   * A state too large for one chunk: `state` is absent, and the state is the data of these Blobs, which stand before, one after the
   * other. Names as in Blob.hash. Since 1.1.
   */
  readonly stateBlob: readonly Uint8Array[];
};

/** What {@link encodeCheckpoint} takes: what is absent is not written. */
export type CheckpointInit = {
  readonly schema?: number | undefined;
  readonly state?: Uint8Array | undefined;
  readonly locks?: readonly bigint[] | undefined;
  readonly block?: readonly BlockInit[] | undefined;
  readonly inFlight?: number | undefined;
  readonly stateBlob?: readonly Uint8Array[] | undefined;
};

/** Field numbers of Checkpoint. */
export const CheckpointField = {
  schema: 1,
  state: 2,
  locks: 3,
  block: 4,
  inFlight: 5,
  stateBlob: 6,
} as const;

export function decodeCheckpoint(r: WireReader, end: number = r.len): Checkpoint {
  let schema_: number = 0;
  let state_: Uint8Array = NO_BYTES;
  let locks_: bigint[] | undefined = undefined;
  let block_: Block[] | undefined = undefined;
  let inFlight_: number = 0;
  let stateBlob_: Uint8Array[] | undefined = undefined;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        schema_ = r.uint32();
        break;
      case 18:
        state_ = r.bytes();
        break;
      case 24:
        (locks_ ??= []).push(r.u64());
        break;
      case 26:
        {
        locks_ ??= [];
        for (const stop = r.block(end); r.pos < stop; ) locks_.push(r.u64());
        }
        break;
      case 34:
        (block_ ??= []).push(decodeBlock(r, r.block(end)));
        break;
      case 40:
        inFlight_ = r.uint32();
        break;
      case 50:
        (stateBlob_ ??= []).push(r.bytes());
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    schema: schema_,
    state: state_,
    locks: locks_ ?? [],
    block: block_ ?? [],
    inFlight: inFlight_,
    stateBlob: stateBlob_ ?? [],
  };
}

export function encodeCheckpoint(m: CheckpointInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.schema) {
    w.uint32(8);
    w.uint32(m.schema);
  }
  if (m.state?.length) {
    w.uint32(18);
    w.bytes(m.state);
  }
  if (m.locks?.length) {
    w.uint32(26).fork();
    for (const v of m.locks) w.u64(v);
    w.ldelim();
  }
  for (const v of m.block ?? []) {
    encodeBlock(v, w.open(34));
    w.ldelim();
  }
  if (m.inFlight) {
    w.uint32(40);
    w.uint32(m.inFlight);
  }
  for (const v of m.stateBlob ?? []) {
    w.uint32(50);
    w.bytes(v);
  }
  return w;
}

/** The module was replaced here. */
export type Upgrade = {
  readonly fromBuildId: Uint8Array;
  readonly toBuildId: Uint8Array;
  readonly fromSchema: number;
  readonly toSchema: number;
  readonly quiesceNs: bigint;
  readonly exportNs: bigint;
  readonly importNs: bigint;
  readonly swapNs: bigint;
  /** Bytes of state handed over. */
  readonly stateBytes: bigint;
  /** Empty when the upgrade was done; otherwise why it was refused. */
  readonly refused: string;
  readonly toRevision: string;
};

/** What {@link encodeUpgrade} takes: what is absent is not written. */
export type UpgradeInit = {
  readonly fromBuildId?: Uint8Array | undefined;
  readonly toBuildId?: Uint8Array | undefined;
  readonly fromSchema?: number | undefined;
  readonly toSchema?: number | undefined;
  readonly quiesceNs?: bigint | undefined;
  readonly exportNs?: bigint | undefined;
  readonly importNs?: bigint | undefined;
  readonly swapNs?: bigint | undefined;
  readonly stateBytes?: bigint | undefined;
  readonly refused?: string | undefined;
  readonly toRevision?: string | undefined;
};

/** Field numbers of Upgrade. */
export const UpgradeField = {
  fromBuildId: 1,
  toBuildId: 2,
  fromSchema: 3,
  toSchema: 4,
  quiesceNs: 5,
  exportNs: 6,
  importNs: 7,
  swapNs: 8,
  stateBytes: 9,
  refused: 10,
  toRevision: 11,
} as const;

export function decodeUpgrade(r: WireReader, end: number = r.len): Upgrade {
  let fromBuildId_: Uint8Array = NO_BYTES;
  let toBuildId_: Uint8Array = NO_BYTES;
  let fromSchema_: number = 0;
  let toSchema_: number = 0;
  let quiesceNs_: bigint = 0n;
  let exportNs_: bigint = 0n;
  let importNs_: bigint = 0n;
  let swapNs_: bigint = 0n;
  let stateBytes_: bigint = 0n;
  let refused_: string = '';
  let toRevision_: string = '';
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        fromBuildId_ = r.bytes();
        break;
      case 18:
        toBuildId_ = r.bytes();
        break;
      case 24:
        fromSchema_ = r.uint32();
        break;
      case 32:
        toSchema_ = r.uint32();
        break;
      case 40:
        quiesceNs_ = r.u64();
        break;
      case 48:
        exportNs_ = r.u64();
        break;
      case 56:
        importNs_ = r.u64();
        break;
      case 64:
        swapNs_ = r.u64();
        break;
      case 72:
        stateBytes_ = r.u64();
        break;
      case 82:
        refused_ = r.string();
        break;
      case 90:
        toRevision_ = r.string();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    fromBuildId: fromBuildId_,
    toBuildId: toBuildId_,
    fromSchema: fromSchema_,
    toSchema: toSchema_,
    quiesceNs: quiesceNs_,
    exportNs: exportNs_,
    importNs: importNs_,
    swapNs: swapNs_,
    stateBytes: stateBytes_,
    refused: refused_,
    toRevision: toRevision_,
  };
}

export function encodeUpgrade(m: UpgradeInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.fromBuildId?.length) {
    w.uint32(10);
    w.bytes(m.fromBuildId);
  }
  if (m.toBuildId?.length) {
    w.uint32(18);
    w.bytes(m.toBuildId);
  }
  if (m.fromSchema) {
    w.uint32(24);
    w.uint32(m.fromSchema);
  }
  if (m.toSchema) {
    w.uint32(32);
    w.uint32(m.toSchema);
  }
  if (m.quiesceNs) {
    w.uint32(40);
    w.u64(m.quiesceNs);
  }
  if (m.exportNs) {
    w.uint32(48);
    w.u64(m.exportNs);
  }
  if (m.importNs) {
    w.uint32(56);
    w.u64(m.importNs);
  }
  if (m.swapNs) {
    w.uint32(64);
    w.u64(m.swapNs);
  }
  if (m.stateBytes) {
    w.uint32(72);
    w.u64(m.stateBytes);
  }
  if (m.refused) {
    w.uint32(82);
    w.string(m.refused);
  }
  if (m.toRevision) {
    w.uint32(90);
    w.string(m.toRevision);
  }
  return w;
}

/** A note put into the trace by a person or a tool. */
export type Mark = {
  readonly text: string;
  readonly timeNs: bigint;
};

/** What {@link encodeMark} takes: what is absent is not written. */
export type MarkInit = {
  readonly text?: string | undefined;
  readonly timeNs?: bigint | undefined;
};

/** Field numbers of Mark. */
export const MarkField = {
  text: 1,
  timeNs: 2,
} as const;

export function decodeMark(r: WireReader, end: number = r.len): Mark {
  let text_: string = '';
  let timeNs_: bigint = 0n;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        text_ = r.string();
        break;
      case 17:
        timeNs_ = r.f64();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    text: text_,
    timeNs: timeNs_,
  };
}

export function encodeMark(m: MarkInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.text) {
    w.uint32(10);
    w.string(m.text);
  }
  if (m.timeNs) {
    w.uint32(17);
    w.f64(m.timeNs);
  }
  return w;
}

/** The module panicked, ran past its deadline, or overflowed its stack. */
export type Panic = {
  readonly cause: PanicCause;
  readonly message: string;
  /** "src/dir.rs:120:9". */
  readonly location: string;
  /** The op that was under way, without an answer. */
  readonly op: Op | undefined;
  /** Instead of an op: the task that it happened in, with what its last segment took. */
  readonly task: Task | undefined;
};

/** What {@link encodePanic} takes: what is absent is not written. */
export type PanicInit = {
  readonly cause?: PanicCause | undefined;
  readonly message?: string | undefined;
  readonly location?: string | undefined;
  readonly op?: OpInit | undefined;
  readonly task?: TaskInit | undefined;
};

/** Field numbers of Panic. */
export const PanicField = {
  cause: 1,
  message: 2,
  location: 3,
  op: 4,
  task: 5,
} as const;

export function decodePanic(r: WireReader, end: number = r.len): Panic {
  let cause_: PanicCause = 0;
  let message_: string = '';
  let location_: string = '';
  let op_: Op | undefined = undefined;
  let task_: Task | undefined = undefined;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        cause_ = r.int32();
        break;
      case 18:
        message_ = r.string();
        break;
      case 26:
        location_ = r.string();
        break;
      case 34:
        op_ = decodeOp(r, r.block(end));
        break;
      case 42:
        task_ = decodeTask(r, r.block(end));
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    cause: cause_,
    message: message_,
    location: location_,
    op: op_,
    task: task_,
  };
}

export function encodePanic(m: PanicInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.cause) {
    w.uint32(8);
    w.int32(m.cause);
  }
  if (m.message) {
    w.uint32(18);
    w.string(m.message);
  }
  if (m.location) {
    w.uint32(26);
    w.string(m.location);
  }
  if (m.op !== undefined) {
    encodeOp(m.op, w.open(34));
    w.ldelim();
  }
  if (m.task !== undefined) {
    encodeTask(m.task, w.open(42));
    w.ldelim();
  }
  return w;
}

export const PanicCause = {
  UNSPECIFIED: 0,
  PANIC: 1,
  DEADLINE: 2,
  STACK_OVERFLOW: 3,
  FAULT: 4,
} as const;
/** A value of {@link PanicCause}, or one that a later version added. */
export type PanicCause = number;

/**
 * What a task (a thread or a work item of the module's own) took from outside in one segment: from where it began to run, or went
 * on after a rest, to its next rest or the end of its run (libbentoks, ffi.rs, says what a rest is). Stands among the ops in the order
 * of ends. A segment that grows long is cut before its 4097th lock acquisition and before its 4097th fallible service call, as if
 * the task had rested there, so that a replay can cut at the same place.
 */
export type Task = {
  /** Slot, as in Op.thread; no op has it. */
  readonly thread: number;
  readonly name: string;
  /** As in Op; `acquisition` and `call` count from the begin of the segment. */
  readonly lockOrder: readonly bigint[];
  readonly random: Uint8Array;
  readonly clockNs: readonly bigint[];
  readonly failures: readonly bigint[];
  /** Number of the task, counted from 1 as the module's instance made its tasks: the key of its lock. */
  readonly id: number;
  /** A work item; otherwise a thread. */
  readonly work: boolean;
  /** Begin of the segment, nanoseconds since 1970 (Header.clock). */
  readonly beginNs: bigint;
  readonly durationNs: bigint;
  /** How many ops, and how many other segments, ended while this one was under way. */
  readonly overlap: number;
  readonly taskOverlap: number;
  /** The run ended with this segment. */
  readonly ended: boolean;
};

/** What {@link encodeTask} takes: what is absent is not written. */
export type TaskInit = {
  readonly thread?: number | undefined;
  readonly name?: string | undefined;
  readonly lockOrder?: readonly bigint[] | undefined;
  readonly random?: Uint8Array | undefined;
  readonly clockNs?: readonly bigint[] | undefined;
  readonly failures?: readonly bigint[] | undefined;
  readonly id?: number | undefined;
  readonly work?: boolean | undefined;
  readonly beginNs?: bigint | undefined;
  readonly durationNs?: bigint | undefined;
  readonly overlap?: number | undefined;
  readonly taskOverlap?: number | undefined;
  readonly ended?: boolean | undefined;
};

/** Field numbers of Task. */
export const TaskField = {
  thread: 1,
  name: 2,
  lockOrder: 3,
  random: 4,
  clockNs: 5,
  failures: 6,
  id: 7,
  work: 8,
  beginNs: 9,
  durationNs: 10,
  overlap: 11,
  taskOverlap: 12,
  ended: 13,
} as const;

export function decodeTask(r: WireReader, end: number = r.len): Task {
  let thread_: number = 0;
  let name_: string = '';
  let lockOrder_: bigint[] | undefined = undefined;
  let random_: Uint8Array = NO_BYTES;
  let clockNs_: bigint[] | undefined = undefined;
  let failures_: bigint[] | undefined = undefined;
  let id_: number = 0;
  let work_: boolean = false;
  let beginNs_: bigint = 0n;
  let durationNs_: bigint = 0n;
  let overlap_: number = 0;
  let taskOverlap_: number = 0;
  let ended_: boolean = false;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        thread_ = r.uint32();
        break;
      case 18:
        name_ = r.string();
        break;
      case 24:
        (lockOrder_ ??= []).push(r.u64());
        break;
      case 26:
        {
        lockOrder_ ??= [];
        for (const stop = r.block(end); r.pos < stop; ) lockOrder_.push(r.u64());
        }
        break;
      case 34:
        random_ = r.bytes();
        break;
      case 40:
        (clockNs_ ??= []).push(r.s64());
        break;
      case 42:
        {
        clockNs_ ??= [];
        for (const stop = r.block(end); r.pos < stop; ) clockNs_.push(r.s64());
        }
        break;
      case 48:
        (failures_ ??= []).push(r.u64());
        break;
      case 50:
        {
        failures_ ??= [];
        for (const stop = r.block(end); r.pos < stop; ) failures_.push(r.u64());
        }
        break;
      case 56:
        id_ = r.uint32();
        break;
      case 64:
        work_ = r.bool();
        break;
      case 73:
        beginNs_ = r.f64();
        break;
      case 80:
        durationNs_ = r.u64();
        break;
      case 88:
        overlap_ = r.uint32();
        break;
      case 96:
        taskOverlap_ = r.uint32();
        break;
      case 104:
        ended_ = r.bool();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    thread: thread_,
    name: name_,
    lockOrder: lockOrder_ ?? [],
    random: random_,
    clockNs: clockNs_ ?? [],
    failures: failures_ ?? [],
    id: id_,
    work: work_,
    beginNs: beginNs_,
    durationNs: durationNs_,
    overlap: overlap_,
    taskOverlap: taskOverlap_,
    ended: ended_,
  };
}

export function encodeTask(m: TaskInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.thread) {
    w.uint32(8);
    w.uint32(m.thread);
  }
  if (m.name) {
    w.uint32(18);
    w.string(m.name);
  }
  if (m.lockOrder?.length) {
    w.uint32(26).fork();
    for (const v of m.lockOrder) w.u64(v);
    w.ldelim();
  }
  if (m.random?.length) {
    w.uint32(34);
    w.bytes(m.random);
  }
  if (m.clockNs?.length) {
    w.uint32(42).fork();
    for (const v of m.clockNs) w.s64(v);
    w.ldelim();
  }
  if (m.failures?.length) {
    w.uint32(50).fork();
    for (const v of m.failures) w.u64(v);
    w.ldelim();
  }
  if (m.id) {
    w.uint32(56);
    w.uint32(m.id);
  }
  if (m.work) {
    w.uint32(64);
    w.bool(m.work);
  }
  if (m.beginNs) {
    w.uint32(73);
    w.f64(m.beginNs);
  }
  if (m.durationNs) {
    w.uint32(80);
    w.u64(m.durationNs);
  }
  if (m.overlap) {
    w.uint32(88);
    w.uint32(m.overlap);
  }
  if (m.taskOverlap) {
    w.uint32(96);
    w.uint32(m.taskOverlap);
  }
  if (m.ended) {
    w.uint32(104);
    w.bool(m.ended);
  }
  return w;
}

export type Trace = {
  readonly header: Header | undefined;
  readonly chunk: readonly Chunk[];
  readonly index: Index | undefined;
  readonly trailer: Trailer | undefined;
};

/** What {@link encodeTrace} takes: what is absent is not written. */
export type TraceInit = {
  readonly header?: HeaderInit | undefined;
  readonly chunk?: readonly ChunkInit[] | undefined;
  readonly index?: IndexInit | undefined;
  readonly trailer?: TrailerInit | undefined;
};

/** Field numbers of Trace. */
export const TraceField = {
  header: 1,
  chunk: 2,
  index: 3,
  trailer: 4,
} as const;

export function decodeTrace(r: WireReader, end: number = r.len): Trace {
  let header_: Header | undefined = undefined;
  let chunk_: Chunk[] | undefined = undefined;
  let index_: Index | undefined = undefined;
  let trailer_: Trailer | undefined = undefined;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        header_ = decodeHeader(r, r.block(end));
        break;
      case 18:
        (chunk_ ??= []).push(decodeChunk(r, r.block(end)));
        break;
      case 26:
        index_ = decodeIndex(r, r.block(end));
        break;
      case 34:
        trailer_ = decodeTrailer(r, r.block(end));
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    header: header_,
    chunk: chunk_ ?? [],
    index: index_,
    trailer: trailer_,
  };
}

export function encodeTrace(m: TraceInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.header !== undefined) {
    encodeHeader(m.header, w.open(10));
    w.ldelim();
  }
  for (const v of m.chunk ?? []) {
    encodeChunk(v, w.open(18));
    w.ldelim();
  }
  if (m.index !== undefined) {
    encodeIndex(m.index, w.open(26));
    w.ldelim();
  }
  if (m.trailer !== undefined) {
    encodeTrailer(m.trailer, w.open(34));
    w.ldelim();
  }
  return w;
}

/** What was recorded, where, and under which rules. Next free field: 25. */
export type Header = {
  /** 16 random bytes; the name of this recording. */
  readonly uuid: Uint8Array;
  /** Version of this format, apart from the version of any tool. A reader refuses a major it does not know and reads any minor. */
  readonly formatMajor: number;
  readonly formatMinor: number;
  /** "bento-host 0.1.0": for people only. */
  readonly recordedBy: string;
  readonly source: Source;
  /** `uname -r` of the machine. */
  readonly kernelRelease: string;
  /** CLOCK_REALTIME, nanoseconds since 1970, when the recording began. */
  readonly startRealtimeNs: bigint;
  /** Clock of every op's time: always CLOCK_REALTIME in version 1. */
  readonly clock: string;
  /** Mount options as given to the mount, comma separated. */
  readonly mountOptions: string;
  readonly module: Module | undefined;
  readonly device: Device | undefined;
  readonly dropPolicy: DropPolicy;
  readonly dataPolicy: DataPolicy;
  /** Where replay begins. */
  readonly origin: Origin;
  /** Options handed to the file system's `create`, comma separated. */
  readonly fsOptions: string;
  /** Lookup answers carry their ttl as a difference from this, nanoseconds. */
  readonly usualTtlNs: bigint;
  /** Words of the command that was recorded, for people; empty when none was run. */
  readonly command: readonly Uint8Array[];
  /** Of what Data.hash is: a kernel has other hashes than bento-host. */
  readonly readHash: ReadHash;
  /** CRC-32 (IEEE) of every byte of this message before this field; always the last field. */
  readonly crc32: number;
};

/** What {@link encodeHeader} takes: what is absent is not written. */
export type HeaderInit = {
  readonly uuid?: Uint8Array | undefined;
  readonly formatMajor?: number | undefined;
  readonly formatMinor?: number | undefined;
  readonly recordedBy?: string | undefined;
  readonly source?: Source | undefined;
  readonly kernelRelease?: string | undefined;
  readonly startRealtimeNs?: bigint | undefined;
  readonly clock?: string | undefined;
  readonly mountOptions?: string | undefined;
  readonly module?: ModuleInit | undefined;
  readonly device?: DeviceInit | undefined;
  readonly dropPolicy?: DropPolicy | undefined;
  readonly dataPolicy?: DataPolicy | undefined;
  readonly origin?: Origin | undefined;
  readonly fsOptions?: string | undefined;
  readonly usualTtlNs?: bigint | undefined;
  readonly command?: readonly Uint8Array[] | undefined;
  readonly readHash?: ReadHash | undefined;
  readonly crc32?: number | undefined;
};

/** Field numbers of Header. */
export const HeaderField = {
  uuid: 1,
  formatMajor: 2,
  formatMinor: 3,
  recordedBy: 4,
  source: 5,
  kernelRelease: 6,
  startRealtimeNs: 7,
  clock: 8,
  mountOptions: 9,
  module: 10,
  device: 11,
  dropPolicy: 12,
  dataPolicy: 13,
  origin: 14,
  fsOptions: 15,
  usualTtlNs: 16,
  command: 17,
  readHash: 18,
  crc32: 24,
} as const;

export function decodeHeader(r: WireReader, end: number = r.len): Header {
  let uuid_: Uint8Array = NO_BYTES;
  let formatMajor_: number = 0;
  let formatMinor_: number = 0;
  let recordedBy_: string = '';
  let source_: Source = 0;
  let kernelRelease_: string = '';
  let startRealtimeNs_: bigint = 0n;
  let clock_: string = '';
  let mountOptions_: string = '';
  let module_: Module | undefined = undefined;
  let device_: Device | undefined = undefined;
  let dropPolicy_: DropPolicy = 0;
  let dataPolicy_: DataPolicy = 0;
  let origin_: Origin = 0;
  let fsOptions_: string = '';
  let usualTtlNs_: bigint = 0n;
  let command_: Uint8Array[] | undefined = undefined;
  let readHash_: ReadHash = 0;
  let crc32_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        uuid_ = r.bytes();
        break;
      case 16:
        formatMajor_ = r.uint32();
        break;
      case 24:
        formatMinor_ = r.uint32();
        break;
      case 34:
        recordedBy_ = r.string();
        break;
      case 40:
        source_ = r.int32();
        break;
      case 50:
        kernelRelease_ = r.string();
        break;
      case 57:
        startRealtimeNs_ = r.f64();
        break;
      case 66:
        clock_ = r.string();
        break;
      case 74:
        mountOptions_ = r.string();
        break;
      case 82:
        module_ = decodeModule(r, r.block(end));
        break;
      case 90:
        device_ = decodeDevice(r, r.block(end));
        break;
      case 96:
        dropPolicy_ = r.int32();
        break;
      case 104:
        dataPolicy_ = r.int32();
        break;
      case 112:
        origin_ = r.int32();
        break;
      case 122:
        fsOptions_ = r.string();
        break;
      case 128:
        usualTtlNs_ = r.u64();
        break;
      case 138:
        (command_ ??= []).push(r.bytes());
        break;
      case 144:
        readHash_ = r.int32();
        break;
      case 197:
        crc32_ = r.fixed32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    uuid: uuid_,
    formatMajor: formatMajor_,
    formatMinor: formatMinor_,
    recordedBy: recordedBy_,
    source: source_,
    kernelRelease: kernelRelease_,
    startRealtimeNs: startRealtimeNs_,
    clock: clock_,
    mountOptions: mountOptions_,
    module: module_,
    device: device_,
    dropPolicy: dropPolicy_,
    dataPolicy: dataPolicy_,
    origin: origin_,
    fsOptions: fsOptions_,
    usualTtlNs: usualTtlNs_,
    command: command_ ?? [],
    readHash: readHash_,
    crc32: crc32_,
  };
}

export function encodeHeader(m: HeaderInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.uuid?.length) {
    w.uint32(10);
    w.bytes(m.uuid);
  }
  if (m.formatMajor) {
    w.uint32(16);
    w.uint32(m.formatMajor);
  }
  if (m.formatMinor) {
    w.uint32(24);
    w.uint32(m.formatMinor);
  }
  if (m.recordedBy) {
    w.uint32(34);
    w.string(m.recordedBy);
  }
  if (m.source) {
    w.uint32(40);
    w.int32(m.source);
  }
  if (m.kernelRelease) {
    w.uint32(50);
    w.string(m.kernelRelease);
  }
  if (m.startRealtimeNs) {
    w.uint32(57);
    w.f64(m.startRealtimeNs);
  }
  if (m.clock) {
    w.uint32(66);
    w.string(m.clock);
  }
  if (m.mountOptions) {
    w.uint32(74);
    w.string(m.mountOptions);
  }
  if (m.module !== undefined) {
    encodeModule(m.module, w.open(82));
    w.ldelim();
  }
  if (m.device !== undefined) {
    encodeDevice(m.device, w.open(90));
    w.ldelim();
  }
  if (m.dropPolicy) {
    w.uint32(96);
    w.int32(m.dropPolicy);
  }
  if (m.dataPolicy) {
    w.uint32(104);
    w.int32(m.dataPolicy);
  }
  if (m.origin) {
    w.uint32(112);
    w.int32(m.origin);
  }
  if (m.fsOptions) {
    w.uint32(122);
    w.string(m.fsOptions);
  }
  if (m.usualTtlNs) {
    w.uint32(128);
    w.u64(m.usualTtlNs);
  }
  for (const v of m.command ?? []) {
    w.uint32(138);
    w.bytes(v);
  }
  if (m.readHash) {
    w.uint32(144);
    w.int32(m.readHash);
  }
  if (m.crc32) {
    w.uint32(197);
    w.fixed32(m.crc32);
  }
  return w;
}

export const ReadHash = {
  XXH3_64: 0,
  /** Seed 0. */
  XXH64: 1,
} as const;
/** A value of {@link ReadHash}, or one that a later version added. */
export type ReadHash = number;

export const Source = {
  UNSPECIFIED: 0,
  /** bento-host behind the kernel's FUSE. */
  FUSE: 1,
  /** bentofs.ko. */
  KERNEL: 2,
  /** Written by a tool (minimize, redact), not recorded. */
  DERIVED: 3,
} as const;
/** A value of {@link Source}, or one that a later version added. */
export type Source = number;

export type Module = {
  readonly fsName: string;
  /** GNU build id of the module's object, or the xxh3-128 of its bytes when it has none. */
  readonly buildId: Uint8Array;
  /** Git revision of the sources; of a work tree's build "tree-" and a hash of their content; empty when unknown. */
  readonly sourceRevision: string;
  readonly abiMajor: number;
  readonly abiMinor: number;
  /** Schema of the state that this module exports. */
  readonly stateSchema: number;
  /** Names of the lock classes; Op.lock_order names a class by its place here. */
  readonly lockClass: readonly string[];
};

/** What {@link encodeModule} takes: what is absent is not written. */
export type ModuleInit = {
  readonly fsName?: string | undefined;
  readonly buildId?: Uint8Array | undefined;
  readonly sourceRevision?: string | undefined;
  readonly abiMajor?: number | undefined;
  readonly abiMinor?: number | undefined;
  readonly stateSchema?: number | undefined;
  readonly lockClass?: readonly string[] | undefined;
};

/** Field numbers of Module. */
export const ModuleField = {
  fsName: 1,
  buildId: 2,
  sourceRevision: 3,
  abiMajor: 4,
  abiMinor: 5,
  stateSchema: 6,
  lockClass: 7,
} as const;

export function decodeModule(r: WireReader, end: number = r.len): Module {
  let fsName_: string = '';
  let buildId_: Uint8Array = NO_BYTES;
  let sourceRevision_: string = '';
  let abiMajor_: number = 0;
  let abiMinor_: number = 0;
  let stateSchema_: number = 0;
  let lockClass_: string[] | undefined = undefined;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        fsName_ = r.string();
        break;
      case 18:
        buildId_ = r.bytes();
        break;
      case 26:
        sourceRevision_ = r.string();
        break;
      case 32:
        abiMajor_ = r.uint32();
        break;
      case 40:
        abiMinor_ = r.uint32();
        break;
      case 48:
        stateSchema_ = r.uint32();
        break;
      case 58:
        (lockClass_ ??= []).push(r.string());
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    fsName: fsName_,
    buildId: buildId_,
    sourceRevision: sourceRevision_,
    abiMajor: abiMajor_,
    abiMinor: abiMinor_,
    stateSchema: stateSchema_,
    lockClass: lockClass_ ?? [],
  };
}

export function encodeModule(m: ModuleInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.fsName) {
    w.uint32(10);
    w.string(m.fsName);
  }
  if (m.buildId?.length) {
    w.uint32(18);
    w.bytes(m.buildId);
  }
  if (m.sourceRevision) {
    w.uint32(26);
    w.string(m.sourceRevision);
  }
  if (m.abiMajor) {
    w.uint32(32);
    w.uint32(m.abiMajor);
  }
  if (m.abiMinor) {
    w.uint32(40);
    w.uint32(m.abiMinor);
  }
  if (m.stateSchema) {
    w.uint32(48);
    w.uint32(m.stateSchema);
  }
  for (const v of m.lockClass ?? []) {
    w.uint32(58);
    w.string(v);
  }
  return w;
}

export type Device = {
  /** Zero when the file system has no device. */
  readonly blockSize: number;
  readonly blocks: bigint;
};

/** What {@link encodeDevice} takes: what is absent is not written. */
export type DeviceInit = {
  readonly blockSize?: number | undefined;
  readonly blocks?: bigint | undefined;
};

/** Field numbers of Device. */
export const DeviceField = {
  blockSize: 1,
  blocks: 2,
} as const;

export function decodeDevice(r: WireReader, end: number = r.len): Device {
  let blockSize_: number = 0;
  let blocks_: bigint = 0n;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        blockSize_ = r.uint32();
        break;
      case 16:
        blocks_ = r.u64();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    blockSize: blockSize_,
    blocks: blocks_,
  };
}

export function encodeDevice(m: DeviceInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.blockSize) {
    w.uint32(8);
    w.uint32(m.blockSize);
  }
  if (m.blocks) {
    w.uint32(16);
    w.u64(m.blocks);
  }
  return w;
}

export const DropPolicy = {
  UNSPECIFIED: 0,
  /** The recorder drops ops when the writer lags, and counts them. */
  DROP: 1,
  /** File operations wait for the writer. */
  BLOCK: 2,
  /** A ring that keeps the newest, written on request. */
  FLIGHT: 3,
} as const;
/** A value of {@link DropPolicy}, or one that a later version added. */
export type DropPolicy = number;

export const DataPolicy = {
  UNSPECIFIED: 0,
  /** Every content written is in the trace, once. */
  FULL: 1,
  /** Lengths and hashes only; replay writes a pattern made from the hash. */
  NONE: 2,
} as const;
/** A value of {@link DataPolicy}, or one that a later version added. */
export type DataPolicy = number;

export const Origin = {
  UNSPECIFIED: 0,
  /** The first op is MKFS on an all-zero device (or, without a device, MOUNT of an empty file system). */
  MKFS: 1,
  /** The first record is a Checkpoint; blocks that the run was first to read are in Block records. */
  CHECKPOINT: 2,
  /** The first op is MOUNT of an existing image; blocks that the run was first to read are in Block records. */
  IMAGE: 3,
} as const;
/** A value of {@link Origin}, or one that a later version added. */
export type Origin = number;

export const Codec = {
  NONE: 0,
  ZSTD: 1,
} as const;
/** A value of {@link Codec}, or one that a later version added. */
export type Codec = number;

/** A run of whole records. Next free field: 14. */
export type Chunk = {
  /** Always 0x314b4e4843525442, the bytes "BTRCHNK1": lets a salvage find the next chunk. */
  readonly sync: bigint;
  readonly codec: Codec;
  /** Bytes of the payload once decompressed: at most 16 MiB. */
  readonly rawSize: number;
  /** Sequence number of the first op in the payload; sequence numbers count ops from 1, in the order in which they ended. */
  readonly firstSeq: bigint;
  /** Sequence number of the last op; first_seq - 1 when the payload has none. */
  readonly lastSeq: bigint;
  readonly records: number;
  /** Ops known to be missing in this chunk (the sum over its Gap records). */
  readonly dropped: bigint;
  /** CLOCK_REALTIME ns from which the first op's begin_delta_ns counts. */
  readonly baseTimeNs: bigint;
  /** A serialized Records message, compressed with `codec`. */
  readonly payload: Uint8Array;
  /** CRC-32 (IEEE) of every byte of this message before this field; always the last field. */
  readonly crc32: number;
};

/** What {@link encodeChunk} takes: what is absent is not written. */
export type ChunkInit = {
  readonly sync?: bigint | undefined;
  readonly codec?: Codec | undefined;
  readonly rawSize?: number | undefined;
  readonly firstSeq?: bigint | undefined;
  readonly lastSeq?: bigint | undefined;
  readonly records?: number | undefined;
  readonly dropped?: bigint | undefined;
  readonly baseTimeNs?: bigint | undefined;
  readonly payload?: Uint8Array | undefined;
  readonly crc32?: number | undefined;
};

/** Field numbers of Chunk. */
export const ChunkField = {
  sync: 1,
  codec: 2,
  rawSize: 3,
  firstSeq: 4,
  lastSeq: 5,
  records: 6,
  dropped: 7,
  baseTimeNs: 8,
  payload: 13,
  crc32: 15,
} as const;

export function decodeChunk(r: WireReader, end: number = r.len): Chunk {
  let sync_: bigint = 0n;
  let codec_: Codec = 0;
  let rawSize_: number = 0;
  let firstSeq_: bigint = 0n;
  let lastSeq_: bigint = 0n;
  let records_: number = 0;
  let dropped_: bigint = 0n;
  let baseTimeNs_: bigint = 0n;
  let payload_: Uint8Array = NO_BYTES;
  let crc32_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 9:
        sync_ = r.f64();
        break;
      case 16:
        codec_ = r.int32();
        break;
      case 24:
        rawSize_ = r.uint32();
        break;
      case 32:
        firstSeq_ = r.u64();
        break;
      case 40:
        lastSeq_ = r.u64();
        break;
      case 48:
        records_ = r.uint32();
        break;
      case 56:
        dropped_ = r.u64();
        break;
      case 65:
        baseTimeNs_ = r.f64();
        break;
      case 106:
        payload_ = r.bytes();
        break;
      case 125:
        crc32_ = r.fixed32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    sync: sync_,
    codec: codec_,
    rawSize: rawSize_,
    firstSeq: firstSeq_,
    lastSeq: lastSeq_,
    records: records_,
    dropped: dropped_,
    baseTimeNs: baseTimeNs_,
    payload: payload_,
    crc32: crc32_,
  };
}

export function encodeChunk(m: ChunkInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.sync) {
    w.uint32(9);
    w.f64(m.sync);
  }
  if (m.codec) {
    w.uint32(16);
    w.int32(m.codec);
  }
  if (m.rawSize) {
    w.uint32(24);
    w.uint32(m.rawSize);
  }
  if (m.firstSeq) {
    w.uint32(32);
    w.u64(m.firstSeq);
  }
  if (m.lastSeq) {
    w.uint32(40);
    w.u64(m.lastSeq);
  }
  if (m.records) {
    w.uint32(48);
    w.uint32(m.records);
  }
  if (m.dropped) {
    w.uint32(56);
    w.u64(m.dropped);
  }
  if (m.baseTimeNs) {
    w.uint32(65);
    w.f64(m.baseTimeNs);
  }
  if (m.payload?.length) {
    w.uint32(106);
    w.bytes(m.payload);
  }
  if (m.crc32) {
    w.uint32(125);
    w.fixed32(m.crc32);
  }
  return w;
}

/** Where each chunk is, and the account of the recording. Next free field: 9. */
export type Index = {
  readonly chunk: readonly ChunkPlace[];
  /** The account of the whole recording: offered = recorded + dropped + filtered. */
  readonly account: Account | undefined;
  readonly loss: readonly LossByCause[];
  /** CLOCK_REALTIME, nanoseconds, when the recording ended. */
  readonly endRealtimeNs: bigint;
  readonly crc32: number;
};

/** What {@link encodeIndex} takes: what is absent is not written. */
export type IndexInit = {
  readonly chunk?: readonly ChunkPlaceInit[] | undefined;
  readonly account?: AccountInit | undefined;
  readonly loss?: readonly LossByCauseInit[] | undefined;
  readonly endRealtimeNs?: bigint | undefined;
  readonly crc32?: number | undefined;
};

/** Field numbers of Index. */
export const IndexField = {
  chunk: 1,
  account: 2,
  loss: 3,
  endRealtimeNs: 4,
  crc32: 8,
} as const;

export function decodeIndex(r: WireReader, end: number = r.len): Index {
  let chunk_: ChunkPlace[] | undefined = undefined;
  let account_: Account | undefined = undefined;
  let loss_: LossByCause[] | undefined = undefined;
  let endRealtimeNs_: bigint = 0n;
  let crc32_: number = 0;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        (chunk_ ??= []).push(decodeChunkPlace(r, r.block(end)));
        break;
      case 18:
        account_ = decodeAccount(r, r.block(end));
        break;
      case 26:
        (loss_ ??= []).push(decodeLossByCause(r, r.block(end)));
        break;
      case 33:
        endRealtimeNs_ = r.f64();
        break;
      case 69:
        crc32_ = r.fixed32();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    chunk: chunk_ ?? [],
    account: account_,
    loss: loss_ ?? [],
    endRealtimeNs: endRealtimeNs_,
    crc32: crc32_,
  };
}

export function encodeIndex(m: IndexInit, w: WireWriter = new WireWriter()): WireWriter {
  for (const v of m.chunk ?? []) {
    encodeChunkPlace(v, w.open(10));
    w.ldelim();
  }
  if (m.account !== undefined) {
    encodeAccount(m.account, w.open(18));
    w.ldelim();
  }
  for (const v of m.loss ?? []) {
    encodeLossByCause(v, w.open(26));
    w.ldelim();
  }
  if (m.endRealtimeNs) {
    w.uint32(33);
    w.f64(m.endRealtimeNs);
  }
  if (m.crc32) {
    w.uint32(69);
    w.fixed32(m.crc32);
  }
  return w;
}

export type ChunkPlace = {
  /** Byte offset of the chunk's tag from the start of the file. */
  readonly offset: bigint;
  readonly firstSeq: bigint;
  readonly lastSeq: bigint;
  readonly baseTimeNs: bigint;
};

/** What {@link encodeChunkPlace} takes: what is absent is not written. */
export type ChunkPlaceInit = {
  readonly offset?: bigint | undefined;
  readonly firstSeq?: bigint | undefined;
  readonly lastSeq?: bigint | undefined;
  readonly baseTimeNs?: bigint | undefined;
};

/** Field numbers of ChunkPlace. */
export const ChunkPlaceField = {
  offset: 1,
  firstSeq: 2,
  lastSeq: 3,
  baseTimeNs: 4,
} as const;

export function decodeChunkPlace(r: WireReader, end: number = r.len): ChunkPlace {
  let offset_: bigint = 0n;
  let firstSeq_: bigint = 0n;
  let lastSeq_: bigint = 0n;
  let baseTimeNs_: bigint = 0n;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        offset_ = r.u64();
        break;
      case 16:
        firstSeq_ = r.u64();
        break;
      case 24:
        lastSeq_ = r.u64();
        break;
      case 33:
        baseTimeNs_ = r.f64();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    offset: offset_,
    firstSeq: firstSeq_,
    lastSeq: lastSeq_,
    baseTimeNs: baseTimeNs_,
  };
}

export function encodeChunkPlace(m: ChunkPlaceInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.offset) {
    w.uint32(8);
    w.u64(m.offset);
  }
  if (m.firstSeq) {
    w.uint32(16);
    w.u64(m.firstSeq);
  }
  if (m.lastSeq) {
    w.uint32(24);
    w.u64(m.lastSeq);
  }
  if (m.baseTimeNs) {
    w.uint32(33);
    w.f64(m.baseTimeNs);
  }
  return w;
}

export type Account = {
  readonly offered: bigint;
  readonly recorded: bigint;
  readonly dropped: bigint;
  readonly filtered: bigint;
};

/** What {@link encodeAccount} takes: what is absent is not written. */
export type AccountInit = {
  readonly offered?: bigint | undefined;
  readonly recorded?: bigint | undefined;
  readonly dropped?: bigint | undefined;
  readonly filtered?: bigint | undefined;
};

/** Field numbers of Account. */
export const AccountField = {
  offered: 1,
  recorded: 2,
  dropped: 3,
  filtered: 4,
} as const;

export function decodeAccount(r: WireReader, end: number = r.len): Account {
  let offered_: bigint = 0n;
  let recorded_: bigint = 0n;
  let dropped_: bigint = 0n;
  let filtered_: bigint = 0n;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        offered_ = r.u64();
        break;
      case 16:
        recorded_ = r.u64();
        break;
      case 24:
        dropped_ = r.u64();
        break;
      case 32:
        filtered_ = r.u64();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    offered: offered_,
    recorded: recorded_,
    dropped: dropped_,
    filtered: filtered_,
  };
}

export function encodeAccount(m: AccountInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.offered) {
    w.uint32(8);
    w.u64(m.offered);
  }
  if (m.recorded) {
    w.uint32(16);
    w.u64(m.recorded);
  }
  if (m.dropped) {
    w.uint32(24);
    w.u64(m.dropped);
  }
  if (m.filtered) {
    w.uint32(32);
    w.u64(m.filtered);
  }
  return w;
}

/** Of constant size, the last bytes of a complete file, so that a reader finds the index from the end. */
export type Trailer = {
  readonly indexOffset: bigint;
  /** Always 0x31444e452d525442, the bytes "BTR-END1". */
  readonly mark: bigint;
};

/** What {@link encodeTrailer} takes: what is absent is not written. */
export type TrailerInit = {
  readonly indexOffset?: bigint | undefined;
  readonly mark?: bigint | undefined;
};

/** Field numbers of Trailer. */
export const TrailerField = {
  indexOffset: 1,
  mark: 2,
} as const;

export function decodeTrailer(r: WireReader, end: number = r.len): Trailer {
  let indexOffset_: bigint = 0n;
  let mark_: bigint = 0n;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 9:
        indexOffset_ = r.f64();
        break;
      case 17:
        mark_ = r.f64();
        break;
      default:
        r.skipType(tag & 7, 0, tag >>> 3);
    }
  }
  r.endAt(end);
  return {
    indexOffset: indexOffset_,
    mark: mark_,
  };
}

export function encodeTrailer(m: TrailerInit, w: WireWriter = new WireWriter()): WireWriter {
  if (m.indexOffset) {
    w.uint32(9);
    w.f64(m.indexOffset);
  }
  if (m.mark) {
    w.uint32(17);
    w.f64(m.mark);
  }
  return w;
}
