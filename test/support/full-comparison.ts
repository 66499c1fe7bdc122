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
  const open = async (module: string) => (await host.openRun({ trace: trace.trace, module, order: Order.RELAXED })).run;
  const [a, b] = [side(host, await open(modules.a)), side(host, await open(modules.b))];
  const different: bigint[] = [];
  try {
    for (let seq = 1n; seq <= last; seq += 1n) {
      const [expected, actual] = [await a.answer(seq), await b.answer(seq)];
      if (actual === 'crashed') return { different, crashed: seq };
      if (!agree(expected, actual)) different.push(seq);
    }
    return { different, crashed: undefined };
  } finally {
    await host.closeRun(a.run).catch(() => {});
    await host.closeRun(b.run).catch(() => {});
  }
}

type Answer = 'crashed' | { readonly bare: unknown } | { readonly listed: readonly string[]; readonly ended: boolean };

/** Which names fit into one READDIR is nobody's promise: as long as a listing goes on, one side may be ahead of the other. */
function agree(a: Answer, b: Answer): boolean {
  if (typeof a === 'string' || typeof b === 'string' || !('listed' in a) || !('listed' in b))
    return isDeepStrictEqual(a, b);
  if (a.ended || b.ended) return isDeepStrictEqual([...a.listed].sort(), [...b.listed].sort());
  const shorter = Math.min(a.listed.length, b.listed.length);
  return isDeepStrictEqual(a.listed.slice(0, shorter), b.listed.slice(0, shorter));
}

/** One version's answers, with the listings that are under way. */
function side(host: Host, run: number) {
  const listings = new Map<bigint, string[]>();
  const answer = async (seq: bigint): Promise<Answer> => {
    const stop = await host.runTo({ run, seq, stopAtDivergence: false });
    if (stop.seq < seq) return 'crashed';
    const { op } = await host.actual(run);
    return op === undefined ? { bare: undefined } : toAnswer(op, listings);
  };
  return { run, answer };
}

function toAnswer({ errno, reply, request }: Op, listings: Map<bigint, string[]>): Answer {
  const asked = request?.kind === 'readdir' || request?.kind === 'readdirplus' ? request.value : undefined;
  if (reply?.kind !== 'listing' || asked === undefined) return { bare: { errno, reply: withoutFree(reply) } };
  const before = asked.cookie === 0n ? [] : (listings.get(asked.fh) ?? []);
  const names = reply.value.entry.map(
    (entry) =>
      `${Buffer.from(entry.name).toString('latin1')} ${entry.type} ${JSON.stringify(withoutFree(entry.entry), textOf)}`,
  );
  const listed = [...before, ...names];
  listings.set(asked.fh, listed);
  return { listed, ended: names.length === 0 };
}

/** JSON has no bigint. */
function textOf(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
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
