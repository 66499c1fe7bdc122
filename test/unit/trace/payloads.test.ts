// SPDX-License-Identifier: MIT OR Apache-2.0

import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { TraceError } from '../../../src/base/errors.js';
import { type ChunkInit, encodeChunk } from '../../../src/proto/gen/trace.js';
import { WireWriter } from '../../../src/proto/wire.js';
import { CHUNK_SYNC, MAX_RAW_SIZE } from '../../../src/trace/format.js';
import { decompressZstd } from '../../../src/trace/zstd.js';
import { craft, openBytes } from '../../support/craft-trace.js';

/** Fifty failed lookups of name-00 to name-49, 1100 bytes; made by the reference zstd, with its size declared and without. */
const RAW_SIZE = 1100;
const SIZED = Buffer.from(
  'KLUv/WRMA10EALJEEBfAFxv///8D3py/ucju7u5COBMVggTUbM2riWd1bF5NPKtf82riWd2aVxPP6tW8mnhWf8I0iyPQoAQMIMRTGHRQMSDg559897FPvvvYJ9/9kGaffPexT7772Cff/RDNPvnuY59897FPvvshzT757mOffPexT777IZp98t3HPvnuY5+c78ovNQFdzwwv',
  'base64',
);
const UNSIZED = Buffer.from(
  'KLUv/QBo5QIAskQQFNA9AAAsHh1lThFCUkrvasoA8EGqzzW23pv3n2tsvTevP9fYem/efq6x9d68/Fxj6715V8kZqSADBgdSqeYQRAIxqBGwu/8Z4OcR/J/xA6wawkQbji35VAU=',
  'base64',
);

/** A trace of one chunk with a good checksum, whatever it says. */
function withChunk(chunk: ChunkInit): Uint8Array {
  const body = encodeChunk({
    sync: CHUNK_SYNC,
    firstSeq: 1n,
    lastSeq: 50n,
    records: 50,
    codec: 1,
    rawSize: RAW_SIZE,
    payload: SIZED,
    ...chunk,
  }).finish();
  const summed = Buffer.concat([body, new WireWriter().uint32(0x7d).fixed32(crc32(body)).finish()]);
  return Buffer.concat([craft([], { ending: null }), new WireWriter().uint32(0x12).bytes(summed).finish()]);
}

function failure(action: () => unknown): TraceError {
  try {
    action();
  } catch (error) {
    expect(error, String(error)).toBeInstanceOf(TraceError);
    return error as TraceError;
  }
  return expect.unreachable();
}

describe('a zstd payload', () => {
  it.each([
    ['that declares its size', SIZED],
    ['that does not', UNSIZED],
  ])('%s reads alike in pure JavaScript and where the platform can', (_what, packed) => {
    for (const pure of [true, false]) {
      const raw = decompressZstd(packed, RAW_SIZE, pure);
      expect([raw.byteLength, Buffer.from(raw.subarray(0, 22)).toString('latin1')]).toEqual([
        RAW_SIZE,
        expect.stringContaining('name-00'),
      ]);
    }
    const trace = openBytes(withChunk({ payload: packed }));
    const names = [...trace.opsFrom()].map((op) =>
      op.request?.kind === 'lookup' ? Buffer.from(op.request.value.name).toString() : '',
    );
    expect([names.length, names[0], names[49]]).toEqual([50, 'name-00', 'name-49']);
  });

  it('of another size than announced is refused', () => {
    expect(() => decompressZstd(SIZED, RAW_SIZE - 1, true)).toThrow('declares 1100 bytes, not 1099');
    expect(() => decompressZstd(SIZED, RAW_SIZE - 1)).toThrow();
    expect(() => decompressZstd(Buffer.from('not zstd at all'), 5, true)).toThrow('not a zstd frame');
  });

  it('cut anywhere is an error, never a hang', () => {
    // The frame ends with a checksum of four bytes, which fzstd leaves unread: the chunk has one of its own.
    for (let length = 0; length < SIZED.byteLength - 4; length++) {
      expect(failure(() => [...openBytes(withChunk({ payload: SIZED.subarray(0, length) })).opsFrom()]).code).toBe(
        'E_TRACE_CHUNK',
      );
    }
  });
});

describe('a chunk whose checksum holds and that still is wrong', () => {
  it.each([
    ['over the limit', { rawSize: MAX_RAW_SIZE + 1 }, 'over the limit of 16777216'],
    ['of an unknown codec', { codec: 9 }, 'codec 9'],
    ['with fewer records', { records: 49 }, 'it holds 50 records and announces 49'],
    ['with fewer ops', { lastSeq: 49n }, 'it holds more than the 49 ops it announces'],
    [
      'with more ops than its bytes could hold',
      { lastSeq: 4_000_000_000n },
      '4000000000 ops cannot stand in 1100 bytes',
    ],
    ['that is not compressed as it says', { codec: 0 }, 'its payload has'],
    ['of no records at all', { payload: Buffer.from([1, 2, 3]), codec: 0, rawSize: 3 }, 'cannot stand in 3 bytes'],
  ])('%s is refused with its place', (_what, chunk, why) => {
    const error = failure(() => [...openBytes(withChunk(chunk)).opsFrom()]);
    expect([error.code, error.exitCode, error.why]).toEqual(['E_TRACE_CHUNK', 3, expect.stringContaining(why)]);
    expect(error.message).toMatch(/^test\.btr: chunk 0 \(ops 1 to \d+, byte \d+\)/);
    expect(error.hint).toContain('verify');
  });
});
