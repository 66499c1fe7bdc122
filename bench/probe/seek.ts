// SPDX-License-Identifier: MIT OR Apache-2.0

import { TraceFile } from '../../src/trace/trace-file.js';
import { traceSource } from '../../src/tui/adapters/trace-file.js';
import { Random } from '../measure/random.js';
import { peakOfThisProcess, window } from './window.js';

export type SeekProbe = { readonly milliseconds: readonly number[]; readonly peak: number };

/** Goes to random places of a trace, as `:SEQ` in the TUI does, and reads a screen there. */
export async function seek(path: string, places: number): Promise<SeekProbe> {
  const trace = TraceFile.open(path, { allowDamage: true });
  const source = traceSource(trace, path);
  const random = new Random(42);
  const milliseconds: number[] = [];
  for (let place = 0; place < places; place++) {
    const seq = trace.firstSeq + BigInt(random.below(Number(trace.lastSeq - trace.firstSeq)));
    const begin = process.hrtime.bigint();
    await window(source, seq);
    milliseconds.push(Number(process.hrtime.bigint() - begin) / 1e6);
  }
  await source.close();
  return { milliseconds, peak: peakOfThisProcess() };
}
