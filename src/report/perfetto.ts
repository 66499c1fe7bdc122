// SPDX-License-Identifier: MIT OR Apache-2.0

/**
 * A Perfetto trace (`.pftrace`) of TrackEvents: https://perfetto.dev/docs/reference/synthetic-track-event. The few
 * messages it takes are written by field number; the whole of Perfetto's schema would be larger than bento-rr.
 */

import { WireWriter } from '../proto/wire.js';
import type { TraceItem } from '../trace/filter/select.js';
import type { TraceOp } from '../trace/op.js';
import { requestText, resultText } from '../trace/op-text.js';
import { recordLine } from '../trace/record-text.js';
import type { TimelineInput } from './chrome-trace.js';
import { SlotTimes } from './slot-times.js';

const VARINT = 0;
const BYTES = 2;
const tag = (field: number, wireType: number): number => (field << 3) | wireType;

/** perfetto.protos.Trace and TracePacket. */
const TRACE_PACKET = tag(1, BYTES);
const PACKET_TIMESTAMP = tag(8, VARINT);
const PACKET_SEQUENCE_ID = tag(10, VARINT);
const PACKET_TRACK_EVENT = tag(11, BYTES);
const PACKET_SEQUENCE_FLAGS = tag(13, VARINT);
const PACKET_TRACK_DESCRIPTOR = tag(60, BYTES);
const SEQ_INCREMENTAL_STATE_CLEARED = 1;

/** TrackDescriptor, ProcessDescriptor, ThreadDescriptor. */
const TRACK_UUID = tag(1, VARINT);
const TRACK_PROCESS = tag(3, BYTES);
const TRACK_THREAD = tag(4, BYTES);
const TRACK_PARENT = tag(5, VARINT);
const PROCESS_PID = tag(1, VARINT);
const PROCESS_NAME = tag(6, BYTES);
const THREAD_PID = tag(1, VARINT);
const THREAD_TID = tag(2, VARINT);
const THREAD_NAME = tag(5, BYTES);

/** TrackEvent and DebugAnnotation. */
const EVENT_ANNOTATION = tag(4, BYTES);
const EVENT_TYPE = tag(9, VARINT);
const EVENT_TRACK = tag(11, VARINT);
const EVENT_CATEGORY = tag(22, BYTES);
const EVENT_NAME = tag(23, BYTES);
const ANNOTATION_UINT = tag(3, VARINT);
const ANNOTATION_STRING = tag(6, BYTES);
const ANNOTATION_NAME = tag(10, BYTES);
const SLICE_BEGIN = 1;
const SLICE_END = 2;
const INSTANT = 3;

const SEQUENCE_ID = 1;
const PROCESS_TRACK = 1n;
const PID = 1;

/** One slice an op on the track of its thread, one instant a gap, mark or upgrade. */
export async function* perfettoTrace(
  batches: AsyncIterable<readonly TraceItem[]>,
  input: TimelineInput,
): AsyncGenerator<Uint8Array> {
  const first = new WireWriter();
  processTrack(first, input.name);
  yield first.finish();
  const threads = new Set<number>();
  const slots = new SlotTimes();
  for await (const batch of batches) {
    const out = new WireWriter();
    for (const item of batch) {
      if (item.kind === 'record') {
        const text = recordLine(item.record);
        if (text !== undefined) instant(out, text, item.time - input.startNs);
        continue;
      }
      if (!threads.has(item.op.thread)) {
        threads.add(item.op.thread);
        threadTrack(out, item.op.thread);
      }
      slice(out, item.op, slots.place(item.op), input);
    }
    yield out.finish();
  }
}

function processTrack(out: WireWriter, name: string): void {
  out.open(TRACE_PACKET);
  out
    .uint32(PACKET_SEQUENCE_ID)
    .uint32(SEQUENCE_ID)
    .uint32(PACKET_SEQUENCE_FLAGS)
    .uint32(SEQ_INCREMENTAL_STATE_CLEARED);
  out.open(PACKET_TRACK_DESCRIPTOR).uint32(TRACK_UUID);
  out.u64(PROCESS_TRACK).open(TRACK_PROCESS).uint32(PROCESS_PID).int32(PID).uint32(PROCESS_NAME).string(name).ldelim();
  out.ldelim().ldelim();
}

function threadTrack(out: WireWriter, thread: number): void {
  out.open(TRACE_PACKET);
  out.uint32(PACKET_SEQUENCE_ID).uint32(SEQUENCE_ID);
  out.open(PACKET_TRACK_DESCRIPTOR).uint32(TRACK_UUID);
  out.u64(trackOf(thread)).uint32(TRACK_PARENT);
  out.u64(PROCESS_TRACK).open(TRACK_THREAD).uint32(THREAD_PID).int32(PID);
  // A thread with the id of its process would be taken for the main one.
  out
    .uint32(THREAD_TID)
    .int32(thread + PID + 1)
    .uint32(THREAD_NAME)
    .string(`thread ${thread}`)
    .ldelim();
  out.ldelim().ldelim();
}

function slice(
  out: WireWriter,
  op: TraceOp,
  { begin, end }: { readonly begin: bigint; readonly end: bigint },
  input: TimelineInput,
): void {
  event(out, begin - input.startNs, SLICE_BEGIN, trackOf(op.thread), () => {
    out
      .uint32(EVENT_CATEGORY)
      .string(op.errno === 0 ? 'op' : 'error')
      .uint32(EVENT_NAME)
      .string(op.name);
    annotateNumber(out, 'seq', op.seq);
    annotateNumber(out, 'nodeid', op.nodeid);
    annotateNumber(out, 'pid', BigInt(op.caller.pid));
    annotateText(out, 'request', requestText(op, input.paths));
    annotateText(out, 'result', resultText(op));
  });
  event(out, end - input.startNs, SLICE_END, trackOf(op.thread));
}

function instant(out: WireWriter, text: string, at: bigint): void {
  event(out, at, INSTANT, PROCESS_TRACK, () =>
    out.uint32(EVENT_CATEGORY).string('record').uint32(EVENT_NAME).string(text),
  );
}

function event(out: WireWriter, at: bigint, type: number, track: bigint, more?: () => void): void {
  out.open(TRACE_PACKET).uint32(PACKET_TIMESTAMP);
  // An op cannot begin before its recording, but a clock can be set back; Perfetto takes no negative time.
  out
    .u64(at < 0n ? 0n : at)
    .uint32(PACKET_SEQUENCE_ID)
    .uint32(SEQUENCE_ID);
  out.open(PACKET_TRACK_EVENT).uint32(EVENT_TYPE).uint32(type).uint32(EVENT_TRACK);
  out.u64(track);
  more?.();
  out.ldelim().ldelim();
}

function annotateNumber(out: WireWriter, name: string, value: bigint): void {
  out.open(EVENT_ANNOTATION).uint32(ANNOTATION_NAME).string(name).uint32(ANNOTATION_UINT);
  out.u64(value).ldelim();
}

function annotateText(out: WireWriter, name: string, value: string): void {
  out.open(EVENT_ANNOTATION).uint32(ANNOTATION_NAME).string(name).uint32(ANNOTATION_STRING).string(value).ldelim();
}

function trackOf(thread: number): bigint {
  return PROCESS_TRACK + 1n + BigInt(thread);
}
