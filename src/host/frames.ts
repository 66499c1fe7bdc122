// SPDX-License-Identifier: MIT OR Apache-2.0

import { HostError } from '../base/errors.js';
import { encodeRequest, type RequestInit } from '../proto/gen/host.js';
import { WireWriter } from '../proto/wire.js';

/** A message longer than this is a broken stream, not an answer. */
const LONGEST_FRAME = 256 * 1024 * 1024;

/** A request with its length before it. */
export function frameRequest(request: RequestInit): Uint8Array {
  const writer = new WireWriter();
  writer.fork();
  encodeRequest(request, writer);
  return writer.ldelim().finish();
}

/** Cuts a byte stream into messages, each preceded by its length as an unsigned varint. */
export class FrameReader {
  #pending: Buffer[] = [];
  #size = 0;

  /** Bytes that are no whole message yet. */
  get buffered(): number {
    return this.#size;
  }

  /** Takes what came and gives the messages that are whole now. */
  *push(chunk: Buffer): Generator<Uint8Array> {
    this.#pending.push(chunk);
    this.#size += chunk.length;
    for (;;) {
      const head = this.#length();
      if (head === undefined || this.#size < head.skip + head.length) return;
      // One copy when a message spans chunks, none when it came in one.
      const all = this.#pending.length === 1 ? (this.#pending[0] ?? chunk) : Buffer.concat(this.#pending, this.#size);
      const end = head.skip + head.length;
      this.#pending = end === all.length ? [] : [all.subarray(end)];
      this.#size = all.length - end;
      yield all.subarray(head.skip, end);
    }
  }

  #length(): { readonly skip: number; readonly length: number } | undefined {
    let length = 0;
    let skip = 0;
    for (const part of this.#pending) {
      for (const byte of part) {
        length += (byte & 0x7f) * 2 ** (7 * skip);
        skip += 1;
        if (length > LONGEST_FRAME || skip > 5) {
          throw new HostError('E_HOST_PROTOCOL', 'bento-host sent something that is no message', {
            why: `its length would be ${length} bytes`,
            hint: 'bento-host and bento-rr may be of different versions: npm run setup builds both',
          });
        }
        if (byte < 0x80) return { skip, length };
      }
    }
    return undefined;
  }
}
