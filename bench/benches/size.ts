// SPDX-License-Identifier: MIT OR Apache-2.0

import { summarize } from '../../src/trace/summary.js';
import { TraceFile } from '../../src/trace/trace-file.js';
import type { Bench } from '../bench.js';
import { entry } from '../entry.js';
import { LINES } from '../lines.js';
import { WORKLOADS } from '../workloads/all.js';

/** How large traces are: what `bento-rr info --json` says of them. */
export const size: Bench = {
  name: 'size',
  summary: 'bytes an op, raw and stored',
  run: async function* (world) {
    for (const workload of WORKLOADS) {
      const { name, what, metadata } = workload;
      const path = await world.traces.take(world, 'tiffinfs', workload);
      const trace = TraceFile.open(path);
      try {
        const { ops, rawBytes, storedBytes } = await summarize(trace);
        const contents = contentBytes(trace);
        const count = Number(ops);
        const line = (metadataLine: typeof LINES.rawSize) => (metadata ? metadataLine : undefined);
        yield entry(
          {
            name: `size.${name}.raw`,
            what: `${what}: raw, without the contents that were written`,
            unit: 'B/op',
            line: line(LINES.rawSize),
            note: `${count} ops`,
          },
          (Number(rawBytes) - contents) / count,
        );
        yield entry(
          {
            name: `size.${name}.stored`,
            what: `${what}: stored${metadata ? '' : ', with the contents'}`,
            unit: 'B/op',
            line: line(LINES.storedSize),
          },
          Number(storedBytes) / count,
        );
      } finally {
        trace.close();
      }
    }
  },
};

/** Bytes of records that are no ops but what ops wrote, or what stood in blocks. */
function contentBytes(trace: TraceFile): number {
  let bytes = 0;
  for (let number = 0; number < trace.chunks.length; number++) {
    for (const { record } of trace.chunk(number).others()) {
      const { kind } = record;
      if (kind?.kind === 'blob' || kind?.kind === 'block') bytes += kind.value.data.byteLength;
    }
  }
  return bytes;
}
