// SPDX-License-Identifier: MIT OR Apache-2.0

import { TraceFile } from '../../src/trace/trace-file.js';
import { traceSource } from '../../src/tui/adapters/trace-file.js';
import { peakOfThisProcess, window } from './window.js';

export type OpenProbe = { readonly milliseconds: number; readonly peak: number };

/** Opens a trace as the TUI does and reads what its first screen shows. */
export async function open(path: string): Promise<OpenProbe> {
  const begin = process.hrtime.bigint();
  const trace = TraceFile.open(path, { allowDamage: true });
  const source = traceSource(trace, path);
  await window(source, trace.firstSeq);
  const milliseconds = Number(process.hrtime.bigint() - begin) / 1e6;
  await source.close();
  return { milliseconds, peak: peakOfThisProcess() };
}
