// SPDX-License-Identifier: MIT OR Apache-2.0

import { formatBytes, formatCount } from '../base/format.js';
import { formatDuration } from '../base/time.js';
import { verdictOf } from '../diff/replay.js';
import type { Host } from '../host/host.js';
import { Order, type TraceInfo } from '../proto/gen/host.js';
import { type Check, divergenceText, type GateRequest } from './gate.js';

/** Places spread over the trace, neither its begin nor its end: there is little state at either. */
export function handOverPoints(ops: bigint, count: number): readonly bigint[] {
  const places = Array.from({ length: count }, (_, index) => (ops * BigInt(index + 1)) / BigInt(count + 1));
  return [...new Set(places)].filter((seq) => seq > 1n && seq < ops);
}

type Found = Pick<Check, 'verdict' | 'detail'>;

/** Hands over in a serial replay, or in an exact one where the recorded ops have no serial order. */
export async function handOver(host: Host, request: GateRequest, trace: TraceInfo, seq: bigint): Promise<Found> {
  const serial = await handOverIn(Order.RELAXED, host, request, trace, seq);
  return serial ?? (await handOverIn(Order.EXACT, host, request, trace, seq)) ?? NO_ORDER;
}

const NO_ORDER: Found = { verdict: 'refused', detail: 'the recorded order can be followed in no way' };

/** Replays on the old version up to `seq`, hands over to the new one as a live upgrade does, and goes on to the end. Undefined: not in this order. */
async function handOverIn(
  order: Order,
  host: Host,
  request: GateRequest,
  trace: TraceInfo,
  seq: bigint,
): Promise<Found | undefined> {
  const { rules, deadlineMs, signal } = request;
  const { run } = await host.openRun(
    { trace: trace.trace, module: request.from, order, rules, deadlineMs },
    { signal },
  );
  try {
    const before = await host.runTo({ run, seq, stopAtDivergence: true }, { signal });
    const early = verdictOf(before);
    if (early === 'refused') return undefined;
    if (early !== 'same') {
      return { verdict: 'refused', detail: `the old version did not get to op ${seq}: ${before.message || early}` };
    }
    const upgrade = await host.upgrade(run, request.to, { signal });
    if (upgrade.refused !== '')
      return { verdict: 'fail', detail: `the new version refused the state: ${upgrade.refused}` };
    const after = await host.runTo({ run, toEnd: true, stopAtDivergence: true }, { signal });
    const verdict = verdictOf(after);
    if (verdict === 'diverged') return { verdict: 'fail', detail: divergenceText(after.divergence) };
    if (verdict === 'crashed') {
      const said = after.panic?.message ?? after.message;
      return { verdict: 'fail', detail: `the new version crashed at op ${formatCount(after.seq + 1n)}: ${said}` };
    }
    if (verdict === 'refused') return undefined;
    const record = upgrade.record;
    const cost =
      record === undefined
        ? ''
        : `, ${formatBytes(record.stateBytes)} of state in ${formatDuration(record.exportNs + record.importNs)}`;
    return { verdict: 'pass', detail: `${formatCount(trace.ops - seq)} ops after it, every recorded answer${cost}` };
  } finally {
    await host.closeRun(run).catch(() => {});
  }
}
