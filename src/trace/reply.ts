// SPDX-License-Identifier: MIT OR Apache-2.0

import type {
  Created,
  Data,
  Entry,
  FileLock,
  IoctlReply,
  Listing,
  Opened,
  OpReply,
  Stat64,
  Statfs,
} from '../proto/gen/trace.js';
import { type AttrBase, type InodeAttr, resolveAttr } from './attr.js';

export type EntryReply = {
  /** 0: the name does not exist. */
  readonly nodeid: bigint;
  readonly generation: bigint;
  /** How long the kernel may keep the name, nanoseconds. */
  readonly ttlNs: bigint;
  readonly attr: InodeAttr | undefined;
};

export type ListedName = {
  readonly name: Uint8Array;
  readonly ino: bigint;
  /** Where reading goes on after this name. */
  readonly cookie: bigint;
  readonly type: number;
  /** READDIRPLUS only. */
  readonly entry: EntryReply | undefined;
};

/** An answer with every difference undone. Its kinds are those of Op.reply. */
export type Reply =
  | { readonly kind: 'entry'; readonly value: EntryReply }
  | { readonly kind: 'attr'; readonly value: InodeAttr }
  | { readonly kind: 'opened'; readonly value: Opened }
  | {
      readonly kind: 'created';
      readonly value: { readonly entry: EntryReply | undefined; readonly opened: Opened | undefined };
    }
  | { readonly kind: 'data'; readonly value: Data }
  | { readonly kind: 'written'; readonly value: bigint }
  | { readonly kind: 'listing'; readonly value: readonly ListedName[] }
  | { readonly kind: 'statfs'; readonly value: Statfs }
  | { readonly kind: 'bytes'; readonly value: Uint8Array }
  | { readonly kind: 'number'; readonly value: bigint }
  | { readonly kind: 'lock'; readonly value: FileLock }
  | { readonly kind: 'ioctlReply'; readonly value: IoctlReply }
  | { readonly kind: 'stat'; readonly value: StatReply };

export type StatReply = {
  readonly attr: InodeAttr | undefined;
  readonly mask: number;
  readonly btimeNs: bigint;
  readonly attributes: bigint;
};

/** Undoes the differences of an answer; `base` is that of the op. */
export function resolveReply(reply: OpReply, base: AttrBase): Reply {
  switch (reply.kind) {
    case 'entry':
      return { kind: 'entry', value: resolveEntry(reply.value, base) };
    case 'attr':
      return { kind: 'attr', value: resolveAttr(reply.value, base) };
    case 'created':
      return { kind: 'created', value: resolveCreated(reply.value, base) };
    case 'listing':
      return { kind: 'listing', value: resolveListing(reply.value, base) };
    case 'stat':
      return { kind: 'stat', value: resolveStat(reply.value, base) };
    default:
      return reply;
  }
}

function resolveEntry(entry: Entry, base: AttrBase): EntryReply {
  return {
    nodeid: entry.nodeid,
    generation: entry.generation,
    ttlNs: base.usualTtlNs + entry.ttlDeltaNs,
    attr: entry.attr === undefined ? undefined : resolveAttr(entry.attr, { ...base, nodeid: entry.nodeid }),
  };
}

function resolveCreated(created: Created, base: AttrBase): Extract<Reply, { kind: 'created' }>['value'] {
  return { entry: created.entry === undefined ? undefined : resolveEntry(created.entry, base), opened: created.opened };
}

function resolveListing(listing: Listing, base: AttrBase): readonly ListedName[] {
  let cookie = 0n;
  return listing.entry.map((listed) => {
    cookie = BigInt.asUintN(64, cookie + listed.cookieDelta);
    const entry = listed.entry === undefined ? undefined : resolveEntry(listed.entry, base);
    return { name: listed.name, ino: listed.ino, cookie, type: listed.type, entry };
  });
}

function resolveStat(stat: Stat64, base: AttrBase): StatReply {
  return {
    attr: stat.attr === undefined ? undefined : resolveAttr(stat.attr, base),
    mask: stat.mask,
    btimeNs: base.begin + stat.btime,
    attributes: stat.attributes,
  };
}
