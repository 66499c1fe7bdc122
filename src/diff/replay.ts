// SPDX-License-Identifier: MIT OR Apache-2.0

import { assertNever } from '../base/assert.js';
import { AppError } from '../base/errors.js';
import type { Host } from '../host/host.js';
import {
  type DigestReply,
  type Divergence,
  type Interleaving,
  Order,
  type Progress,
  type RuleHits,
  type RunInfo,
  type Stop,
  StopReason,
  type TraceInfo,
} from '../proto/gen/host.js';
import type { Panic } from '../proto/gen/trace.js';

export type ReplayOrder = 'serial' | 'exact';

export type ReplayRequest = {
  readonly trace: TraceInfo;
  /** Path of the module. */
  readonly module: string;
  /**
   * Absent: of the recorded version serial, and exact where ops truly interleaved; of another version one op after the other,
   * whatever interleaved.
   */
  readonly order?: ReplayOrder | undefined;
  /** Last op to replay; absent for all. */
  readonly until?: bigint | undefined;
  /** Text of a rules file. */
  readonly rules?: string | undefined;
  /** Longest one op may run. */
  readonly deadlineMs?: number | undefined;
  /** Compare answers only; the digests are then absent. */
  readonly noDigest?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
};

/** `same`: every answer was the recorded one. `refused`: the recorded order cannot be followed in the way asked. */
export type ReplayVerdict = 'same' | 'diverged' | 'crashed' | 'refused';

export type ReplayOutcome = {
  readonly verdict: ReplayVerdict;
  readonly order: ReplayOrder;
  /** Why it is exact though nobody asked for that: there is no serial order. */
  readonly fellBack: string | undefined;
  /** Ops that took turns with others within one another, and yet ran one after the other: states that differ after them are no verdict. */
  readonly interleaved: bigint;
  /** The first of them, or what a refused serial replay met. */
  readonly firstInterleaved: Interleaving | undefined;
  /** Ops of the trace. */
  readonly ops: bigint;
  /** Ops this replay ran. */
  readonly replayed: bigint;
  /** Place where it stopped. */
  readonly seq: bigint;
  readonly divergence: Divergence | undefined;
  readonly panic: Panic | undefined;
  /** The host's words, for a refusal. */
  readonly message: string;
  /** Of the place where it stopped; absent when the module crashed. */
  readonly digest: DigestReply | undefined;
  readonly elapsedNs: bigint;
  readonly module: RunInfo['module'];
  readonly ruleHits: readonly RuleHits[];
};

/** Replays a trace against one module and compares every answer. Each call uses a run of its own. */
export async function replay(host: Host, request: ReplayRequest): Promise<ReplayOutcome> {
  const { trace, module, until, signal, onProgress } = request;
  const opened = await host.openRun(
    {
      trace: trace.trace,
      module,
      order: request.order === undefined ? Order.UNSPECIFIED : ORDERS[request.order],
      rules: request.rules,
      deadlineMs: request.deadlineMs,
    },
    { signal },
  );
  const { run } = opened;
  try {
    const end = until === undefined || until >= trace.ops;
    const wanted = request.noDigest !== true;
    const go = (place: { readonly seq: bigint } | { readonly toEnd: true }) =>
      host.runTo({ run, ...place, stopAtDivergence: true }, { signal, onProgress });
    // A recording ends with the unmount, after which there is no tree: its digest is taken one op before the end.
    const early = end && wanted && trace.ops > 1n ? await go({ seq: trace.ops - 1n }) : undefined;
    const beforeEnd =
      early?.reason === StopReason.REACHED ? await host.digest(run, { tree: true }, { signal }) : undefined;
    const stop =
      early !== undefined && beforeEnd === undefined ? early : await go(end ? { toEnd: true } : { seq: until });
    const verdict = verdictOf(stop);
    const atEnd = wanted ? await digestAt(host, run, verdict, signal) : undefined;
    const digest = atEnd?.tree === 0n && beforeEnd !== undefined ? { ...atEnd, tree: beforeEnd.tree } : atEnd;
    return {
      verdict,
      order: stop.order === Order.EXACT ? 'exact' : 'serial',
      fellBack: stop.orderReason === '' ? undefined : stop.orderReason,
      interleaved: stop.interleaved,
      firstInterleaved: stop.firstInterleaved,
      ops: trace.ops,
      replayed: stop.replayed,
      seq: stop.seq,
      divergence: stop.divergence,
      panic: stop.panic,
      message: stop.message,
      digest,
      elapsedNs: stop.elapsedNs + (early === undefined || early === stop ? 0n : early.elapsedNs),
      module: opened.module,
      ruleHits: stop.ruleHits,
    };
  } finally {
    // After an abort the host may be gone; closing a run of a dead host must not hide why it died.
    await host.closeRun(run).catch(() => {});
  }
}

const ORDERS = { serial: Order.SERIAL, exact: Order.EXACT } as const;

/** Where the module crashed there is no state to digest; after a divergence there may be none. */
async function digestAt(
  host: Host,
  run: number,
  verdict: ReplayVerdict,
  signal: AbortSignal | undefined,
): Promise<DigestReply | undefined> {
  if (verdict !== 'same' && verdict !== 'diverged') return undefined;
  try {
    return await host.digest(run, { tree: true }, { signal });
  } catch (error) {
    if (verdict === 'diverged' && error instanceof AppError) return undefined;
    throw error;
  }
}

/** What a stop means for a replay that was to stop at its first divergence. */
export function verdictOf(stop: Stop): ReplayVerdict {
  const reason = stop.reason as (typeof StopReason)[keyof typeof StopReason];
  switch (reason) {
    case StopReason.REACHED:
    case StopReason.END:
      return stop.divergence === undefined ? 'same' : 'diverged';
    case StopReason.DIVERGED:
      return 'diverged';
    case StopReason.CRASHED:
      return 'crashed';
    case StopReason.REFUSED:
      return 'refused';
    case StopReason.CANCELLED:
    case StopReason.UNSPECIFIED:
      throw new Error(`a replay that nobody cancelled stopped for no reason it can have (${stop.message})`);
    default:
      return assertNever(reason, 'stop reason');
  }
}
