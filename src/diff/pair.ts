// SPDX-License-Identifier: MIT OR Apache-2.0

import type { Host } from '../host/host.js';
import {
  type BlockDifferences,
  type DigestReply,
  type Divergence,
  type Interleaving,
  type ModuleInfo,
  Order,
  type Stop,
  StopReason,
  type TraceInfo,
  type TreeDifferences,
} from '../proto/gen/host.js';
import type { ReplayOrder, ReplayVerdict } from './replay.js';

export type PairRequest = {
  readonly trace: TraceInfo;
  /** Paths of the modules. */
  readonly a: string;
  readonly b: string;
  readonly order?: ReplayOrder | undefined;
  readonly rules?: string | undefined;
  readonly deadlineMs?: number | undefined;
  /** Most names and blocks to list; the totals are told all the same. */
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((seq: bigint, total: bigint) => void) | undefined;
};

/** How two states differ at one place. */
export type StateDifference = {
  readonly seq: bigint;
  readonly tree: TreeDifferences;
  readonly blocks: BlockDifferences;
};

/** One side of a pair. */
export type Side = {
  readonly module: ModuleInfo | undefined;
  readonly stop: Stop;
  readonly digest: DigestReply | undefined;
};

export type PairOutcome = {
  readonly verdict: ReplayVerdict;
  readonly ops: bigint;
  readonly replayed: bigint;
  /** First op answered differently. */
  readonly firstReply: bigint | undefined;
  readonly reply: Divergence | undefined;
  /** First op after which the states differ, be the answers the same. */
  readonly firstState: bigint | undefined;
  /** The states right after that op. */
  readonly state: StateDifference | undefined;
  readonly a: Side;
  readonly b: Side;
  readonly elapsedNs: bigint;
  /** Ops that took turns with others within one another, and ran one after the other: states that differ after them are no verdict. */
  readonly interleaved: bigint;
  readonly firstInterleaved: Interleaving | undefined;
};

/** Runs two modules side by side on one trace and says where answers and states first part, and how. */
export async function comparePair(host: Host, request: PairRequest): Promise<PairOutcome> {
  const { signal, onProgress } = request;
  const a = await openSide(host, request, request.a);
  const b = await openSide(host, request, request.b);
  try {
    const pair = await host.runPair(
      { a: a.run, b: b.run, both: true },
      { signal, onProgress: (progress) => onProgress?.(progress.seq, progress.total) },
    );
    const stops = [pair.a ?? NO_STOP, pair.b ?? NO_STOP] as const;
    const firstReply = pair.firstReply === 0n ? undefined : pair.firstReply;
    const firstState = pair.firstState === 0n ? undefined : pair.firstState;
    const verdict = pairVerdict(stops, firstReply, firstState);
    const digests =
      verdict === 'crashed' || verdict === 'refused'
        ? ([undefined, undefined] as const)
        : ([await digestOf(host, request, a.run), await digestOf(host, request, b.run)] as const);
    return {
      verdict,
      ops: request.trace.ops,
      replayed: stops[0].replayed + stops[1].replayed,
      firstReply,
      reply: pair.reply,
      firstState,
      state: firstState === undefined ? undefined : await stateAt(host, request, a.run, b.run, firstState),
      a: { module: a.module, stop: stops[0], digest: digests[0] },
      b: { module: b.module, stop: stops[1], digest: digests[1] },
      elapsedNs: stops[0].elapsedNs + stops[1].elapsedNs,
      ...interleavedIn(stops),
    };
  } finally {
    for (const { run } of [a, b]) await host.closeRun(run).catch(() => {});
  }
}

const NO_STOP: Stop = {
  reason: StopReason.UNSPECIFIED,
  seq: 0n,
  divergence: undefined,
  replayed: 0n,
  elapsedNs: 0n,
  message: '',
  panic: undefined,
  ruleHits: [],
  order: Order.UNSPECIFIED,
  orderReason: '',
  interleaved: 0n,
  firstInterleaved: undefined,
};

/** Both sides take their ops in one order; one of them may know better what interleaved in it. */
function interleavedIn([a, b]: readonly [Stop, Stop]): Pick<PairOutcome, 'interleaved' | 'firstInterleaved'> {
  const { interleaved, firstInterleaved } = a.interleaved >= b.interleaved ? a : b;
  return { interleaved, firstInterleaved };
}

function openSide(host: Host, request: PairRequest, module: string) {
  const { trace, order, rules, deadlineMs, signal } = request;
  return host.openRun(
    {
      trace: trace.trace,
      module,
      order: order === 'exact' ? Order.EXACT : Order.RELAXED,
      rules,
      deadlineMs,
      // The first state difference lies behind the place where the pair stops.
      checkpoints: true,
    },
    { signal },
  );
}

function pairVerdict(
  stops: readonly Stop[],
  firstReply: bigint | undefined,
  firstState: bigint | undefined,
): ReplayVerdict {
  const reasons = stops.map((stop) => stop.reason);
  if (reasons.includes(StopReason.CRASHED)) return 'crashed';
  if (firstReply !== undefined || firstState !== undefined) return 'diverged';
  return reasons.includes(StopReason.REFUSED) ? 'refused' : 'same';
}

async function digestOf(host: Host, { trace, signal }: PairRequest, run: number): Promise<DigestReply> {
  const end = await host.digest(run, { tree: true }, { signal });
  if (end.tree !== 0n || end.seq !== trace.ops || trace.ops < 2n) return end;
  // A recording ends with the unmount, after which there is no tree.
  await host.runTo({ run, seq: trace.ops - 1n }, { signal });
  return { ...end, tree: (await host.digest(run, { tree: true }, { signal })).tree };
}

async function stateAt(host: Host, request: PairRequest, a: number, b: number, seq: bigint): Promise<StateDifference> {
  const { limit, signal } = request;
  for (const run of [a, b]) await host.runTo({ run, seq }, { signal });
  return {
    seq,
    tree: await host.compareTrees(a, b, limit, { signal }),
    blocks: await host.compareBlocks(a, b, limit, { signal }),
  };
}
