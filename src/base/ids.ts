// SPDX-License-Identifier: MIT OR Apache-2.0

import { err, ok, type Result } from './result.js';

declare const brand: unique symbol;
/** A u64 that may not be mixed with another kind of u64. It is a plain bigint at run time. */
export type Branded<Name extends string> = bigint & { readonly [brand]: Name };

/** Position of an op in its trace; the first is 1. */
export type Seq = Branded<'Seq'>;
/** Inode number (a FUSE nodeid). */
export type Ino = Branded<'Ino'>;
/** File handle. */
export type Fh = Branded<'Fh'>;
/** Nanoseconds: a point of some clock, or a span. */
export type Ns = Branded<'Ns'>;
/** The kernel's id of one request. */
export type Unique = Branded<'Unique'>;
/** Number of a block on the device. */
export type BlockNo = Branded<'BlockNo'>;

export const U64_MAX = (1n << 64n) - 1n;

export function isU64(value: bigint): boolean {
  return value >= 0n && value <= U64_MAX;
}

function checked<Id extends bigint>(value: bigint, name: string): Id {
  if (!isU64(value)) throw new RangeError(`${name} ${value} is not an unsigned 64-bit number`);
  return value as Id;
}

export const seq = (value: bigint): Seq => checked<Seq>(value, 'seq');
export const ino = (value: bigint): Ino => checked<Ino>(value, 'ino');
export const fh = (value: bigint): Fh => checked<Fh>(value, 'fh');
export const ns = (value: bigint): Ns => checked<Ns>(value, 'ns');
export const unique = (value: bigint): Unique => checked<Unique>(value, 'unique');
export const blockNo = (value: bigint): BlockNo => checked<BlockNo>(value, 'block');

/** Reads a u64 a person typed: decimal or 0x hex, `_` and `,` between digits allowed. */
export function parseU64(text: string): Result<bigint, string> {
  const digits = text.trim().replace(/(?<=[0-9a-f])[_,](?=[0-9a-f])/gi, '');
  if (!/^(?:[0-9]+|0x[0-9a-f]+)$/i.test(digits)) return err(`"${text}" is not a whole number`);
  const value = BigInt(digits);
  return isU64(value) ? ok(value) : err(`"${text}" does not fit 64 bits`);
}
