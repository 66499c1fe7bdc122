// SPDX-License-Identifier: MIT OR Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currentSchema } from '../../../proto/generate/generate.mjs';
import { decodeAttr, decodeOp, encodeAttr, encodeOp, type OpInit } from '../../../src/proto/gen/trace.js';
import { WireReader, WireWriter } from '../../../src/proto/wire.js';

const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
const s64 = fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n });
const u32 = fc.nat({ max: 0xffff_ffff });
const bytes = fc.uint8Array({ maxLength: 40 });

describe('64-bit numbers of the wire', () => {
  it('read back as written, for every kind', () => {
    fc.assert(
      fc.property(u64, s64, u64, (a, b, c) => {
        const reader = new WireReader(new WireWriter().u64(a).s64(b).f64(c).finish());
        expect([reader.u64(), reader.s64(), reader.f64()]).toEqual([a, b, c]);
      }),
    );
  });

  it.each([0n, 127n, 128n, (1n << 28n) - 1n, 1n << 28n, 1n << 32n, 1n << 35n, 1n << 63n, (1n << 64n) - 1n])(
    'keep %s',
    (value) => {
      const reader = new WireReader(new WireWriter().u64(value).finish());
      expect(reader.u64()).toBe(value);
    },
  );

  it('refuse a number that is cut off or never ends', () => {
    expect(() => new WireReader(Uint8Array.of(0x80)).u64()).toThrow('cut off');
    expect(() => new WireReader(new Uint8Array(11).fill(0xff)).u64()).toThrow('more than ten bytes');
    expect(() => new WireReader(new Uint8Array(0)).u64()).toThrow('cut off');
  });
});

describe('generated codecs', () => {
  const attr = fc.record({ size: u64, mode: u32, mtime: s64, ctime: s64, nlinkLessOne: fc.integer(), inoDelta: s64 });
  const op: fc.Arbitrary<OpInit> = fc.record({
    thread: u32,
    beginDeltaNs: s64,
    durationNs: u64,
    nodeid: u64,
    errno: u32,
    lockOrder: fc.array(u64, { maxLength: 10 }),
    random: bytes,
    clockNs: fc.array(s64, { maxLength: 4 }),
    reply: fc.oneof(
      fc.constant(undefined),
      u64.map((value) => ({ kind: 'written' as const, value })),
      bytes.map((value) => ({ kind: 'bytes' as const, value })),
      attr.map((value) => ({ kind: 'attr' as const, value })),
    ),
    request: fc.oneof(
      bytes.map((name) => ({ kind: 'lookup' as const, value: { name } })),
      fc.record({ fh: u64, offset: u64, size: u32 }).map((value) => ({ kind: 'read' as const, value })),
    ),
  });

  it('round-trip', () => {
    fc.assert(
      fc.property(op, (value) => {
        const once = decodeOp(new WireReader(encodeOp(value).finish()));
        expect(decodeOp(new WireReader(encodeOp(once).finish()))).toEqual(once);
        expect(once.nodeid).toBe(value.nodeid);
        expect(once.lockOrder).toEqual(value.lockOrder);
        expect(once.reply?.kind).toBe(value.reply?.kind);
        expect(once.request?.kind).toBe(value.request?.kind);
      }),
    );
  });

  it('agree with protobufjs reflection, byte for byte in both directions', () => {
    const type = currentSchema().lookupType('bento.trace.v1.Attr');
    fc.assert(
      fc.property(attr, (value) => {
        const ours = encodeAttr(value).finish();
        const plain = type.toObject(type.decode(ours), { longs: String, defaults: true });
        expect(plain.size).toBe(value.size.toString());
        expect(plain.mtime).toBe(value.mtime.toString());
        expect(plain.nlink_less_one).toBe(value.nlinkLessOne);
        const theirs = type.encode(type.decode(ours)).finish();
        expect(decodeAttr(new WireReader(theirs))).toEqual(decodeAttr(new WireReader(ours)));
      }),
    );
  });

  it('keep a oneof member that holds zero', () => {
    const decoded = decodeOp(new WireReader(encodeOp({ reply: { kind: 'written', value: 0n } }).finish()));
    expect(decoded.reply).toEqual({ kind: 'written', value: 0n });
  });

  it('skip fields of a later version', () => {
    const later = new WireWriter()
      .uint32((99 << 3) | 2)
      .bytes(Uint8Array.of(1, 2, 3))
      .uint32(8)
      .uint32(7)
      .finish();
    expect(decodeOp(new WireReader(later)).thread).toBe(7);
  });

  it('throw nothing but errors on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        try {
          decodeOp(new WireReader(noise));
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });
});
