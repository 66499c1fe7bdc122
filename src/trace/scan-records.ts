// SPDX-License-Identifier: MIT OR Apache-2.0

/**
 * One pass over a chunk's payload that finds where each record is and takes from every op the fields that all of them
 * have. It makes no object for an op and no bigint, which is what makes ten million ops a matter of seconds.
 */

import {
  type Caller,
  decodeCaller,
  decodeTimes,
  OpField,
  RecordField,
  RecordsField,
  type Times,
} from '../proto/gen/trace.js';
import { WireReader } from '../proto/wire.js';
import { IS_REQUEST } from './opcodes.js';
import { timeOf } from './times.js';

/** Columns, one entry an op. */
export type OpHeads = {
  readonly count: number;
  /** Field number of the request; 0 when it has none that we know. */
  readonly opcode: Uint8Array;
  readonly errno: Uint32Array;
  readonly thread: Uint32Array;
  /** Caller.index within the chunk. */
  readonly caller: Uint32Array;
  readonly nodeid: BigUint64Array;
  /** What the module saw of the clock, nanoseconds since 1970. */
  readonly begin: BigInt64Array;
  /** When it ended, more exactly, nanoseconds since 1970. */
  readonly ended: BigInt64Array;
  readonly duration: BigUint64Array;
  /** Place of the Op message in the payload. */
  readonly start: Uint32Array;
  readonly end: Uint32Array;
  readonly callers: ReadonlyMap<number, Caller>;
  readonly others: readonly RecordPlace[];
  /** Bytes of the record of times. */
  readonly timesBytes: number;
  /** All records, ops included. */
  readonly records: number;
};

/** A record that is neither op nor caller. */
export type RecordPlace = { readonly start: number; readonly end: number; readonly opsBefore: number };

const TAG_RECORD = (RecordsField.record << 3) | 2;
const TAG_OP = (RecordField.op << 3) | 2;
const TAG_TIMES = (RecordField.times << 3) | 2;
const TAG_CALLER = (RecordField.caller << 3) | 2;

/** An op takes at least a record, an op and a request: no payload can announce more than its bytes hold. */
const SMALLEST_OP = 4;
const TWO_32 = 2 ** 32;

/** Scans a payload that should hold `expected` ops. */
export function scanRecords(raw: Uint8Array, baseTimeNs: bigint, expected: number): OpHeads {
  if (expected > raw.byteLength / SMALLEST_OP)
    throw new RangeError(`${expected} ops cannot stand in ${raw.byteLength} bytes`);
  const scan = new Scan(raw, baseTimeNs, expected);
  scan.run();
  if (scan.count !== expected) throw new RangeError(`it holds ${scan.count} ops and announces ${expected}`);
  return scan;
}

class Scan implements OpHeads {
  count = 0;
  records = 0;
  timesBytes = 0;
  readonly opcode: Uint8Array;
  readonly errno: Uint32Array;
  readonly thread: Uint32Array;
  readonly caller: Uint32Array;
  readonly nodeid: BigUint64Array;
  readonly begin: BigInt64Array;
  readonly ended: BigInt64Array;
  readonly duration: BigUint64Array;
  readonly start: Uint32Array;
  readonly end: Uint32Array;
  readonly callers = new Map<number, Caller>();
  readonly others: RecordPlace[] = [];

  readonly #raw: Uint8Array;
  readonly #expected: number;
  // Halves of the 64-bit columns: written without making a bigint.
  readonly #nodeid: Uint32Array;
  readonly #begin: Uint32Array;
  readonly #ended: Uint32Array;
  readonly #duration: Uint32Array;
  #pos = 0;
  #low = 0;
  #high = 0;
  #timeLow: number;
  #timeHigh: number;
  #times: Times | undefined;
  readonly #base: bigint;
  #lastEndLow = 0;
  #lastEndHigh = 0;

  constructor(raw: Uint8Array, baseTimeNs: bigint, expected: number) {
    this.#raw = raw;
    this.#expected = expected;
    this.#base = baseTimeNs;
    this.opcode = new Uint8Array(expected);
    this.errno = new Uint32Array(expected);
    this.thread = new Uint32Array(expected);
    this.caller = new Uint32Array(expected);
    this.nodeid = new BigUint64Array(expected);
    this.begin = new BigInt64Array(expected);
    this.ended = new BigInt64Array(expected);
    this.duration = new BigUint64Array(expected);
    this.start = new Uint32Array(expected);
    this.end = new Uint32Array(expected);
    this.#nodeid = new Uint32Array(this.nodeid.buffer);
    this.#begin = new Uint32Array(this.begin.buffer);
    this.#ended = new Uint32Array(this.ended.buffer);
    this.#duration = new Uint32Array(this.duration.buffer);
    this.#timeLow = Number(BigInt.asUintN(32, baseTimeNs));
    this.#timeHigh = Number(BigInt.asUintN(32, baseTimeNs >> 32n));
  }

  run(): void {
    const size = this.#raw.byteLength;
    while (this.#pos < size) {
      const tag = this.#number();
      const stop = this.#block(tag, size);
      // A later minor version may add fields beside the records.
      if (tag === TAG_RECORD) this.#record(stop);
      this.#pos = stop;
    }
  }

  #record(stop: number): void {
    this.records++;
    const start = this.#pos;
    if (start === stop) return;
    const tag = this.#number();
    const end = this.#block(tag, stop);
    if (tag === TAG_OP) {
      if (end !== stop) throw new RangeError(`the record at byte ${start} of the payload holds more than its op`);
      this.#op(end);
    } else if (tag === TAG_CALLER) {
      const reader = new WireReader(this.#raw);
      reader.pos = this.#pos;
      const caller = decodeCaller(reader, end);
      this.callers.set(caller.index, caller);
    } else if (tag === TAG_TIMES) {
      const reader = new WireReader(this.#raw);
      reader.pos = this.#pos;
      this.#takeTimes(decodeTimes(reader, end));
      this.timesBytes = stop - start;
    } else this.others.push({ start, end: stop, opsBefore: this.count });
  }

  #takeTimes(times: Times): void {
    if (this.#times !== undefined || this.count > 0) throw new RangeError('times do not stand first');
    const { durations, ends } = times;
    if (durations.byteLength !== this.#expected || ends.byteLength !== this.#expected)
      throw new RangeError(`it holds times of ${ends.byteLength} ops and announces ${this.#expected}`);
    this.#times = times;
    const before = this.#base + times.endBeforeNs;
    this.#lastEndLow = Number(BigInt.asUintN(32, before));
    this.#lastEndHigh = Number(BigInt.asUintN(32, before >> 32n));
  }

  #op(end: number): void {
    const index = this.count++;
    if (index >= this.#expected) throw new RangeError(`it holds more than the ${this.#expected} ops it announces`);
    this.start[index] = this.#pos;
    this.end[index] = end;
    while (this.#pos < end) {
      const tag = this.#number();
      const field = tag >>> 3;
      if ((tag & 7) === 0) this.#varintField(field, index);
      else {
        if (IS_REQUEST[field] === true) this.opcode[index] = field;
        this.#pos = this.#skip(tag, end);
      }
    }
    if (this.#pos !== end) throw new RangeError(`a field passes the end of op ${index} of the chunk`);
    this.#begin[2 * index] = this.#timeLow;
    this.#begin[2 * index + 1] = this.#timeHigh;
    this.#endOf(index);
  }

  #endOf(index: number): void {
    const low = 2 * index;
    if (this.#times === undefined) {
      const sum = this.#timeLow + (this.#duration[low] as number);
      this.#ended[low] = sum;
      this.#ended[low + 1] = this.#timeHigh + (this.#duration[low + 1] as number) + (sum > 0xffff_ffff ? 1 : 0);
      return;
    }
    const duration = timeOf(this.#times.durations[index] as number);
    this.#duration[low] = duration % TWO_32;
    this.#duration[low + 1] = duration / TWO_32;
    const passed = timeOf(this.#times.ends[index] as number);
    const later =
      this.#timeHigh > this.#lastEndHigh || (this.#timeHigh === this.#lastEndHigh && this.#timeLow > this.#lastEndLow);
    if (later) {
      this.#lastEndLow = this.#timeLow;
      this.#lastEndHigh = this.#timeHigh;
    }
    const sum = this.#lastEndLow + (passed % TWO_32);
    this.#lastEndLow = sum >>> 0;
    this.#lastEndHigh = (this.#lastEndHigh + Math.floor(passed / TWO_32) + (sum > 0xffff_ffff ? 1 : 0)) >>> 0;
    this.#ended[low] = this.#lastEndLow;
    this.#ended[low + 1] = this.#lastEndHigh;
  }

  #varintField(field: number, index: number): void {
    this.#long();
    switch (field) {
      case OpField.thread:
        this.thread[index] = this.#low;
        break;
      case OpField.beginDeltaNs:
        this.#addTime();
        break;
      case OpField.durationNs:
        this.#duration[2 * index] = this.#low;
        this.#duration[2 * index + 1] = this.#high;
        break;
      case OpField.nodeid:
        this.#nodeid[2 * index] = this.#low;
        this.#nodeid[2 * index + 1] = this.#high;
        break;
      case OpField.caller:
        this.caller[index] = this.#low;
        break;
      case OpField.errno:
        this.errno[index] = this.#low;
        break;
      case OpField.unknown:
        this.opcode[index] = field;
        break;
    }
  }

  /** Adds the zigzag number just read to the time, in two halves with a carry. */
  #addTime(): void {
    const sign = -(this.#low & 1);
    const low = (((this.#low >>> 1) | (this.#high << 31)) ^ sign) >>> 0;
    const high = ((this.#high >>> 1) ^ sign) >>> 0;
    const sum = this.#timeLow + low;
    this.#timeLow = sum >>> 0;
    this.#timeHigh = (this.#timeHigh + high + (sum > 0xffff_ffff ? 1 : 0)) >>> 0;
  }

  /** End of the length-delimited field whose tag was read; within `limit`. */
  #block(tag: number, limit: number): number {
    if ((tag & 7) !== 2 || tag >>> 3 === 0)
      throw new RangeError(`no record stands at byte ${this.#pos} of the payload`);
    const length = this.#number();
    const stop = this.#pos + length;
    if (stop > limit) throw new RangeError(`a length of ${length} at byte ${this.#pos} of the payload passes its end`);
    return stop;
  }

  /** Offset after a field that is not a varint. */
  #skip(tag: number, end: number): number {
    switch (tag & 7) {
      case 1:
        return this.#pos + 8;
      case 2:
        return this.#block(tag, end);
      case 5:
        return this.#pos + 4;
      default:
        throw new RangeError(`wire type ${tag & 7} at byte ${this.#pos} of the payload`);
    }
  }

  /** A number of 32 bits: a tag or a length. */
  #number(): number {
    const first = this.#raw[this.#pos];
    if (first !== undefined && first < 0x80) {
      this.#pos++;
      return first;
    }
    this.#long();
    if (this.#high !== 0) throw new RangeError(`a tag or length at byte ${this.#pos} of the payload is too large`);
    return this.#low;
  }

  /** A number of 64 bits, into #low and #high. */
  #long(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#raw[this.#pos++];
      if (byte === undefined) throw new RangeError('the payload ends inside a number');
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.#low = low >>> 0;
        this.#high = high >>> 0;
        return;
      }
    }
    throw new RangeError(`a number at byte ${this.#pos} of the payload has more than ten bytes`);
  }
}
