// SPDX-License-Identifier: MIT OR Apache-2.0

import { describe, expect, it } from 'vitest';
import { FrameReader, frameRequest } from '../../../src/host/frames.js';
import { decodeRequest } from '../../../src/proto/gen/host.js';
import { WireReader } from '../../../src/proto/wire.js';

const request = { id: 7n, call: { kind: 'openTrace', value: { path: 'x'.repeat(300), allowGaps: true } } } as const;

describe('FrameReader', () => {
  it('reads back what was framed, however it is cut', () => {
    const bytes = Buffer.concat([frameRequest(request), frameRequest({ ...request, id: 2n ** 63n })]);
    for (const size of [1, 2, 3, 7, 100, bytes.length]) {
      const reader = new FrameReader();
      const ids: bigint[] = [];
      for (let at = 0; at < bytes.length; at += size) {
        for (const message of reader.push(bytes.subarray(at, at + size))) {
          ids.push(decodeRequest(new WireReader(message)).id);
        }
      }
      expect(ids).toEqual([7n, 2n ** 63n]);
      expect(reader.buffered).toBe(0);
    }
  });

  it('takes an empty message', () => {
    expect([...new FrameReader().push(Buffer.from([0, 0]))]).toHaveLength(2);
  });

  it('refuses a length that no answer has, instead of waiting for it', () => {
    const push = (bytes: readonly number[]) => [...new FrameReader().push(Buffer.from(bytes))];
    expect(() => push([0xff, 0xff, 0xff, 0xff, 0x7f])).toThrow(/no message/);
    // An error text where a message should be.
    expect(() => push([...Buffer.from('\xff\xff\xff\xff\xff\xff')])).toThrow(/no message/);
  });
});
