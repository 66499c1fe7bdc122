// SPDX-License-Identifier: MIT OR Apache-2.0

import protobuf from 'protobufjs';
import { expect, it } from 'vitest';
import { perfettoTrace } from '../../../src/report/perfetto.js';
import { selectItems } from '../../../src/trace/filter/select.js';
import { craft, openBytes, START, smallLife } from '../../support/craft-trace.js';

/** The part of Perfetto's published schema that is used, written down apart from the encoder's numbers. */
const SCHEMA = `
  syntax = "proto2";
  message Trace { repeated TracePacket packet = 1; }
  message TracePacket {
    optional uint64 timestamp = 8; optional uint32 trusted_packet_sequence_id = 10;
    optional TrackEvent track_event = 11; optional uint32 sequence_flags = 13; optional TrackDescriptor track_descriptor = 60;
  }
  message TrackDescriptor {
    optional uint64 uuid = 1; optional string name = 2; optional ProcessDescriptor process = 3;
    optional ThreadDescriptor thread = 4; optional uint64 parent_uuid = 5;
  }
  message ProcessDescriptor { optional int32 pid = 1; optional string process_name = 6; }
  message ThreadDescriptor { optional int32 pid = 1; optional int32 tid = 2; optional string thread_name = 5; }
  message TrackEvent {
    enum Type { TYPE_UNSPECIFIED = 0; TYPE_SLICE_BEGIN = 1; TYPE_SLICE_END = 2; TYPE_INSTANT = 3; }
    repeated DebugAnnotation debug_annotations = 4; optional Type type = 9; optional uint64 track_uuid = 11;
    repeated string categories = 22; optional string name = 23;
  }
  message DebugAnnotation { optional uint64 uint_value = 3; optional string string_value = 6; optional string name = 10; }`;

type Event = {
  readonly type: string;
  readonly name?: string;
  readonly trackUuid: string;
  readonly debugAnnotations?: readonly object[];
};
type Packet = {
  readonly timestamp?: string;
  readonly trackEvent?: Event;
  readonly trackDescriptor?: { readonly thread?: { readonly threadName: string } };
};

it('a Perfetto trace has a slice for each op and a track for each thread', async () => {
  const parts: Uint8Array[] = [];
  const trace = openBytes(craft(smallLife()));
  for await (const part of perfettoTrace(selectItems({ trace, records: true }), { name: 'memfs', startNs: START }))
    parts.push(part);
  const type = protobuf.parse(SCHEMA).root.lookupType('Trace');
  const { packet } = type.toObject(type.decode(Buffer.concat(parts)), { longs: String, enums: String }) as {
    packet: readonly Packet[];
  };
  const events = packet.flatMap((one) =>
    one.trackEvent === undefined ? [] : [{ at: one.timestamp, ...one.trackEvent }],
  );
  const begins = events.filter((event) => event.type === 'TYPE_SLICE_BEGIN');
  const ends = events.filter((event) => event.type === 'TYPE_SLICE_END');
  expect([begins.length, ends.length]).toEqual([12, 12]);
  expect(begins[2]).toMatchObject({ at: '1000000', name: 'LOOKUP', trackUuid: '2' });
  expect(begins[2]?.debugAnnotations).toContainEqual({ name: 'result', stringValue: 'ENOENT' });
  expect(begins[2]?.debugAnnotations).toContainEqual({ name: 'seq', uintValue: '3' });
  expect(ends[2]).toMatchObject({ at: '1003100', trackUuid: '2' });
  expect(events.filter((event) => event.type === 'TYPE_INSTANT').map((event) => event.name)).toEqual([
    'GAP 2 ops missing (buffer full: 2)',
    'MARK here',
  ]);
  const threads = packet.flatMap((one) => one.trackDescriptor?.thread?.threadName ?? []);
  expect(threads).toEqual(['thread 0', 'thread 1']);
});
