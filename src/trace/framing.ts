// SPDX-License-Identifier: MIT OR Apache-2.0

/** Top-level fields of a trace file: where they begin and end, and whether their checksum holds. */

import { crc32 } from 'node:zlib';
import type { ByteSource } from './byte-source.js';
import { MAX_CHUNK_SIZE, MAX_HEADER_SIZE, MAX_INDEX_SIZE, TAG_HEADER, TAG_INDEX } from './format.js';

/** One top-level field. */
export type Frame = {
  readonly tag: number;
  /** Byte offset of its tag. */
  readonly offset: number;
  /** Byte offset and length of what it holds. */
  readonly body: number;
  readonly length: number;
  /** Byte offset after it. */
  readonly end: number;
};

export type FrameResult =
  | { readonly kind: 'frame'; readonly frame: Frame }
  /** Nothing follows. */
  | { readonly kind: 'end' }
  /** The file ends inside it; the bytes there could be the begin of one. */
  | { readonly kind: 'cut'; readonly why: string }
  /** No field of this format begins like this. */
  | { readonly kind: 'bad'; readonly why: string };

/** Longest head of a field: a tag and a length of five bytes each. */
const HEAD_SIZE = 10;

/** Reads the head of the field at `offset` of a file of `size` bytes. */
export function frameAt(source: ByteSource, offset: number, size: number): FrameResult {
  if (offset >= size) return { kind: 'end' };
  const head = source.read(offset, Math.min(HEAD_SIZE, size - offset));
  const tag = readVarint(head, 0);
  if (tag === 'cut') return { kind: 'cut', why: 'the file ends inside a tag' };
  if (tag === 'bad') return { kind: 'bad', why: 'no tag stands there' };
  if ((tag.value & 7) !== 2 || tag.value >> 3 === 0) {
    return { kind: 'bad', why: `tag 0x${tag.value.toString(16)} is none of this format` };
  }
  const length = readVarint(head, tag.end);
  if (length === 'cut') return { kind: 'cut', why: 'the file ends inside a length' };
  if (length === 'bad') return { kind: 'bad', why: 'no length stands there' };
  const limit = sizeLimit(tag.value);
  if (length.value > limit)
    return { kind: 'bad', why: `a length of ${length.value} bytes is over the limit of ${limit}` };
  const body = offset + length.end;
  const end = body + length.value;
  if (end > size) return { kind: 'cut', why: `${length.value} bytes are announced and ${size - body} are there` };
  return { kind: 'frame', frame: { tag: tag.value, offset, body, length: length.value, end } };
}

/** Whether the last field of a message is its checksum and holds over every byte before it. */
export function checkCrc(
  body: Uint8Array,
  tag: number,
): { readonly ok: true } | { readonly ok: false; readonly why: string } {
  const tagSize = tag < 0x80 ? 1 : 2;
  const at = body.byteLength - 4 - tagSize;
  if (at < 0 || !tagBytes(tag).every((byte, index) => body[at + index] === byte)) {
    return { ok: false, why: 'it does not end with its CRC-32' };
  }
  const view = new DataView(body.buffer, body.byteOffset + at + tagSize, 4);
  const stored = view.getUint32(0, true);
  const actual = crc32(body.subarray(0, at));
  if (stored === actual) return { ok: true };
  return { ok: false, why: `its CRC-32 is ${hex(actual)} and should be ${hex(stored)}` };
}

function sizeLimit(tag: number): number {
  if (tag === TAG_HEADER) return MAX_HEADER_SIZE;
  // A field of a later minor version is skipped by its length, so it needs no other limit than a chunk's.
  return tag === TAG_INDEX ? MAX_INDEX_SIZE : MAX_CHUNK_SIZE;
}

type Varint = { readonly value: number; readonly end: number };

/** A number of at most 32 bits. */
function readVarint(bytes: Uint8Array, start: number): Varint | 'cut' | 'bad' {
  let value = 0;
  for (let index = 0; index < 5; index++) {
    const byte = bytes[start + index];
    if (byte === undefined) return 'cut';
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return value > 0xffff_ffff ? 'bad' : { value, end: start + index + 1 };
  }
  return 'bad';
}

function tagBytes(tag: number): readonly number[] {
  return tag < 0x80 ? [tag] : [(tag & 0x7f) | 0x80, tag >> 7];
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
