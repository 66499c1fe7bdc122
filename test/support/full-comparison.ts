// SPDX-License-Identifier: MIT OR Apache-2.0

/**
 * Two versions on one trace, compared op for op without anything that replay's own comparison is made of: both answers are fetched
 * and compared here, and nothing stops at a first difference. Slow, and therefore a judge of the quick way.
 */

import { isDeepStrictEqual } from 'node:util';
import type { Host } from '../../src/host/host.js';
import { Order, type TraceInfo } from '../../src/proto/gen/host.js';
import type { Op } from '../../src/proto/gen/trace.js';

/** Numbers that a version chooses as it likes. */
const FREE = new Set(['nodeid', 'generation', 'inoDelta', 'ino', 'cookieDelta', 'fh']);

export type FullComparison = {
  /** Ops that the two answered differently, up to the last one compared. */
  readonly different: readonly bigint[];
  /** The op at which the second version crashed. */
  readonly crashed: bigint | undefined;
};

/** Compares the answers of the modules `a` and `b` to the ops 1 to `last`. */
export async function compareFully(
  host: Host,
  trace: TraceInfo,
  modules: { readonly a: string; readonly b: string },
  last: bigint,
): Promise<FullComparison> {
  const open = async (module: string) => (await host.openRun({ trace: trace.trace, module, order: Order.SERIAL })).run;
  const [a, b] = [await open(modules.a), await open(modules.b)];
  const different: bigint[] = [];
  try {
    for (let seq = 1n; seq <= last; seq += 1n) {
      const [expected, actual] = [await answer(host, a, seq), await answer(host, b, seq)];
      if (actual === 'crashed') return { different, crashed: seq };
      if (!isDeepStrictEqual(expected, actual)) different.push(seq);
    }
    return { different, crashed: undefined };
  } finally {
    await host.closeRun(a).catch(() => {});
    await host.closeRun(b).catch(() => {});
  }
}

async function answer(host: Host, run: number, seq: bigint): Promise<unknown> {
  const stop = await host.runTo({ run, seq, stopAtDivergence: false });
  if (stop.seq < seq) return 'crashed';
  const { op } = await host.actual(run);
  return op === undefined ? undefined : bare(op);
}

function bare({ errno, reply }: Op): unknown {
  if (reply?.kind !== 'listing') return { errno, reply: withoutFree(reply) };
  const names = reply.value.entry.map((entry) => ({ ...entry, name: Buffer.from(entry.name).toString('latin1') }));
  names.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { errno, names: withoutFree(names) };
}

function withoutFree(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(withoutFree);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !FREE.has(key))
      .map(([key, inner]) => [key, withoutFree(inner)]),
  );
}
