// SPDX-License-Identifier: MIT OR Apache-2.0

import { type JsonValue, toJson } from '../base/json.js';
import { errnoName } from '../trace/errno-names.js';
import type { TraceItem } from '../trace/filter/select.js';
import type { TraceOp } from '../trace/op.js';
import { type PathLookup, requestText, resultText } from '../trace/op-text.js';
import { recordLine } from '../trace/record-text.js';
import { SlotTimes } from './slot-times.js';

export type TimelineInput = {
  /** What the process is called in the viewer. */
  readonly name: string;
  /** Begin of the recording: zero of the time axis. */
  readonly startNs: bigint;
  readonly paths?: PathLookup | undefined;
};

/**
 * The JSON that chrome://tracing, Perfetto and Speedscope read: one complete event an op, one row a thread, an instant
 * for each gap, mark or upgrade. Times are microseconds with the nanoseconds behind the point.
 */
export async function* chromeTrace(
  batches: AsyncIterable<readonly TraceItem[]>,
  input: TimelineInput,
): AsyncGenerator<string> {
  const head = { name: 'process_name', ph: 'M', pid: 1, tid: 0, args: { name: input.name } };
  yield `{"displayTimeUnit":"ns","traceEvents":[\n${toJson(head, 0)}`;
  const threads = new Set<number>();
  const slots = new SlotTimes();
  for await (const batch of batches) {
    const lines: string[] = [];
    for (const item of batch) {
      if (item.kind === 'record') {
        const text = recordLine(item.record);
        if (text !== undefined) lines.push(instant(text, microseconds(item.time - input.startNs)));
        continue;
      }
      const { thread } = item.op;
      if (!threads.has(thread)) {
        threads.add(thread);
        lines.push(
          toJson({ name: 'thread_name', ph: 'M', pid: 1, tid: thread, args: { name: `thread ${thread}` } }, 0),
        );
      }
      lines.push(complete(item.op, slots.place(item.op), input));
    }
    if (lines.length > 0) yield `,\n${lines.join(',\n')}`;
  }
  yield '\n]}\n';
}

function complete(
  op: TraceOp,
  { begin, end }: { readonly begin: bigint; readonly end: bigint },
  input: TimelineInput,
): string {
  const args: JsonValue = {
    seq: op.seq,
    request: requestText(op, input.paths),
    result: resultText(op),
    nodeid: op.nodeid,
    pid: op.caller.pid,
    uid: op.caller.uid,
    errno: op.errno === 0 ? undefined : errnoName(op.errno),
  };
  // Numbers with a fraction are written by hand: a double would lose the nanoseconds of a long recording.
  const when = `"ts":${microseconds(begin - input.startNs)},"dur":${microseconds(end - begin)}`;
  return `{"name":"${op.name}","cat":"${op.errno === 0 ? 'op' : 'op,error'}","ph":"X",${when},"pid":1,"tid":${op.thread},"args":${toJson(args, 0)}}`;
}

function instant(text: string, ts: string): string {
  return `{"name":${JSON.stringify(text)},"cat":"record","ph":"i","s":"g","ts":${ts},"pid":1,"tid":0}`;
}

/** `1234567` ns -> `1234.567`. */
function microseconds(ns: bigint): string {
  const positive = ns < 0n ? -ns : ns;
  return `${ns < 0n ? '-' : ''}${positive / 1000n}.${(positive % 1000n).toString().padStart(3, '0')}`;
}
