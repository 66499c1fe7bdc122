// SPDX-License-Identifier: MIT OR Apache-2.0

import { opLine } from '../../trace/op-text.js';
import { PathResolver } from '../../trace/paths.js';
import { TraceFile } from '../../trace/trace-file.js';

/** Chunks of names learned before the path is given up for the inode's number: a summary must not take a minute. */
const CHUNKS_OF_NAMES = 4_000;

/** An op of a trace in one line, with its path; undefined when the trace does not hold it. */
export async function opLineAt(path: string, seq: bigint): Promise<string | undefined> {
  const trace = TraceFile.open(path, { allowDamage: true });
  try {
    if (trace.chunkOf(seq) === undefined) return undefined;
    const paths = new PathResolver(trace);
    paths.advance(seq, CHUNKS_OF_NAMES);
    return opLine(trace.op(seq), paths);
  } finally {
    trace.close();
  }
}
