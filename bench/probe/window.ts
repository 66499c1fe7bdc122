// SPDX-License-Identifier: MIT OR Apache-2.0

import type { Seq } from '../../src/base/ids.js';
import type { TraceSource } from '../../src/tui/ports/trace-source.js';

const BEFORE = 20;
const AFTER = 20;

/** Reads a screen of ops around one; fails when there are none. */
export async function window(source: TraceSource, seq: bigint): Promise<void> {
  const request = { anchor: seq as Seq, before: BEFORE, after: AFTER, filter: undefined };
  const found = await source.window(request, { signal: new AbortController().signal, onProgress: () => {} });
  if (!found.rows.some((row) => row.seq === seq)) throw new Error(`the window around op ${seq} does not hold it`);
}

/** The most memory that this process held, MiB. */
export function peakOfThisProcess(): number {
  return process.resourceUsage().maxRSS / 1024;
}
