// SPDX-License-Identifier: MIT OR Apache-2.0

/**
 * Zstandard with a bound on what comes out: the payload of a chunk says how large it will be, and a payload that
 * says otherwise is refused before its bytes are made.
 */

import * as zlib from 'node:zlib';
import { decompress as decompressPure } from 'fzstd';

type NativeZstd = {
  readonly zstdDecompressSync: (data: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array;
  readonly zstdCompressSync: (data: Uint8Array) => Uint8Array;
};

/** node:zlib has zstd from Node 22.15 on; in 20 the names are not there. */
const native: NativeZstd | undefined = 'zstdDecompressSync' in zlib ? (zlib as unknown as NativeZstd) : undefined;

/** Compresses where the platform can; undefined where it cannot (Node 20). */
export function compressZstd(data: Uint8Array): Uint8Array | undefined {
  return native?.zstdCompressSync(data);
}

/** Decompresses to exactly `size` bytes; throws a RangeError or fzstd's or zlib's error for anything else. */
export function decompressZstd(data: Uint8Array, size: number, usePure = native === undefined): Uint8Array {
  const out =
    usePure || native === undefined
      ? decompressBounded(data, size)
      : native.zstdDecompressSync(data, { maxOutputLength: size });
  if (out.byteLength !== size) throw new RangeError(`it holds ${out.byteLength} bytes, not ${size}`);
  return out;
}

/**
 * fzstd has no bound of its own. Given room, it writes there and nowhere else: what passes the end is dropped, and the
 * counts in the chunk's head then show that records are missing.
 */
function decompressBounded(data: Uint8Array, size: number): Uint8Array {
  const declared = declaredSize(data);
  if (declared !== undefined && declared !== size) throw new RangeError(`it declares ${declared} bytes, not ${size}`);
  return decompressPure(data, new Uint8Array(size));
}

/** The content size that a frame declares, if it does (RFC 8878, section 3.1.1.1). */
function declaredSize(data: Uint8Array): number | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (view.getUint32(0, true) !== 0xfd2fb528) throw new RangeError('it is not a zstd frame');
  const descriptor = view.getUint8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const at = 5 + (isSingleSegment ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] ?? 0);
  switch (descriptor >> 6) {
    case 0:
      return isSingleSegment ? view.getUint8(at) : undefined;
    case 1:
      return view.getUint16(at, true) + 256;
    case 2:
      return view.getUint32(at, true);
    default:
      return Number(view.getBigUint64(at, true));
  }
}
