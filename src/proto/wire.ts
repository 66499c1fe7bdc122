// SPDX-License-Identifier: MIT OR Apache-2.0

/**
 * The one place where 64-bit numbers of the wire become bigint. protobufjs reads them as Long; the generated decoders
 * call the methods here instead, so that no Long and no rounded number ever leaves this folder.
 */

import protobuf from 'protobufjs/minimal.js';

/** What an absent `bytes` field reads as. */
export const NO_BYTES: Uint8Array = new Uint8Array(0);

/** A protobuf reader with bigint for every 64-bit type, and nested messages bound by the message around them. */
export class WireReader extends protobuf.Reader {
  /** Reads a length and gives the end of what it covers, which must lie within `end`. */
  block(end: number): number {
    const length = this.size();
    const stop = this.pos + length;
    if (stop > end) throw new RangeError(`a length of ${length} at byte ${this.pos} passes the end of its message`);
    return stop;
  }

  /** Checks that a message ended where its length said. */
  endAt(end: number): void {
    if (this.pos !== end) throw new RangeError(`a field passes the end of its message by ${this.pos - end} bytes`);
  }

  u64(): bigint {
    const buffer = this.buf;
    const first = buffer[this.pos];
    // Most 64-bit fields of a trace hold less than 128: no shifting, no 64-bit arithmetic.
    if (first !== undefined && first < 0x80 && this.pos < this.len) {
      this.pos += 1;
      return BigInt(first);
    }
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.pos >= this.len) throw new RangeError(`a number at byte ${this.pos} is cut off`);
      const byte = buffer[this.pos++] as number;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) return join(low >>> 0, high >>> 0);
    }
    throw new RangeError(`a number at byte ${this.pos} has more than ten bytes`);
  }

  /** A zigzag signed 64-bit number. */
  s64(): bigint {
    const raw = this.u64();
    return (raw & 1n) === 0n ? raw >> 1n : -(raw >> 1n) - 1n;
  }

  f64(): bigint {
    const low = this.fixed32();
    return join(low, this.fixed32());
  }
}

function join(low: number, high: number): bigint {
  return high === 0 ? BigInt(low) : (BigInt(high) << 32n) | BigInt(low);
}

/** A protobuf writer that takes bigint for every 64-bit type. */
export class WireWriter extends protobuf.Writer {
  /** Begins a nested message; `ldelim` ends it. */
  open(tag: number): this {
    this.uint32(tag).fork();
    return this;
  }

  u64(value: bigint): this {
    this.uint64(split(value) as never);
    return this;
  }

  s64(value: bigint): this {
    return this.u64(BigInt.asUintN(64, value >= 0n ? value << 1n : (-value << 1n) - 1n));
  }

  f64(value: bigint): this {
    this.fixed64(split(value) as never);
    return this;
  }
}

/** The shape of a Long, which is all that protobufjs looks at. */
function split(value: bigint): { readonly low: number; readonly high: number } {
  return { low: Number(BigInt.asUintN(32, value)), high: Number(BigInt.asUintN(32, value >> 32n)) };
}
