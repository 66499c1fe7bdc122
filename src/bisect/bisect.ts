// SPDX-License-Identifier: MIT OR Apache-2.0

import { UnbuildableError } from '../host/modules/build-revision.js';
import type { Judge, Judgement } from './judge.js';
import type { LogEntry } from './log.js';
import { searchFirstBad } from './search.js';
import { PARALLEL_BUILDS, type Version } from './versions.js';

export type BisectRequest = {
  /** Oldest first; the first is said to be good, the last to be bad. At least two. */
  readonly versions: readonly Version[];
  readonly judge: Judge;
  /** Called with the judgements of the ends once both are known; a text says why there is nothing to search for. */
  readonly learn: (good: Judgement, bad: Judgement) => string | undefined;
  /** Verdicts of an earlier run. */
  readonly known: ReadonlyMap<string, LogEntry>;
  /** How often the two verdicts that decide are repeated. */
  readonly repeat: number;
  readonly signal: AbortSignal;
  /** Told of each verdict, in order; waited for. */
  readonly onVerdict: (version: Version, judgement: Judgement, remaining: number) => Promise<void>;
};

export type BisectOutcome =
  | {
      /** `range`: versions that could not be judged stand between; the first bad one is among `candidates`. */
      readonly kind: 'found' | 'range';
      readonly firstBad: Version;
      readonly candidates: readonly Version[];
      readonly judgement: Judgement;
      /** Besides the two ends. */
      readonly verdicts: number;
      readonly skipped: readonly Version[];
      /** 1 when nothing speaks against the answer. */
      readonly confidence: number;
    }
  /** An end is not what it was said to be. */
  | { readonly kind: 'ends'; readonly why: string };

/** Finds the first bad version. */
export async function bisectVersions(request: BisectRequest): Promise<BisectOutcome> {
  const { versions, onVerdict } = request;
  const spare = new AbortController();
  const signal = AbortSignal.any([request.signal, spare.signal]);
  const verdicts = new Map<number, Judgement>();
  const at = (index: number): Version => {
    const version = versions[index];
    if (version === undefined) throw new Error(`internal: no version ${index}`);
    return version;
  };
  const last = versions.length - 1;
  const judge = async (index: number): Promise<Judgement> => {
    // The ends are always judged anew: what tells good from bad is learnt from them.
    const known = index === 0 || index === last ? undefined : request.known.get(at(index).id);
    const judgement = known === undefined ? await judgeOne(request, at(index)) : { ...known };
    verdicts.set(index, judgement);
    return judgement;
  };
  try {
    // The bad end builds while the good one replays.
    if (PARALLEL_BUILDS > 1) prepare([at(last)], signal);
    const ends = [await judge(0), await judge(last)] as const;
    await onVerdict(at(0), ends[0], last - 1);
    const wrong = request.learn(...ends);
    // What learning the ends changed may turn the verdict of the bad one.
    const bad = ends[1].verdict === 'good' && wrong === undefined ? await judge(last) : ends[1];
    await onVerdict(at(last), bad, last - 1);
    if (wrong !== undefined) return { kind: 'ends', why: wrong };
    const found = await searchFirstBad(versions.length, {
      judge: async (index) => {
        const judgement = await judge(index);
        await onVerdict(at(index), judgement, last - 1 - (verdicts.size - 2));
        return judgement.verdict;
      },
      expect: (indexes) => prepare(indexes.slice(0, PARALLEL_BUILDS - 1).map(at), signal),
    });
    const candidates = versions.slice(found.lastGood + 1, found.firstBad + 1);
    const steady = await repeatBoundary(request, at(found.lastGood), at(found.firstBad));
    return {
      kind: candidates.length === 1 ? 'found' : 'range',
      firstBad: at(found.firstBad),
      candidates,
      judgement: verdicts.get(found.firstBad) ?? ends[1],
      verdicts: found.verdicts,
      skipped: found.skipped.map(at),
      confidence: steady / candidates.length,
    };
  } finally {
    // Builds that nobody needs any more.
    spare.abort();
  }
}

async function judgeOne({ judge, signal }: BisectRequest, version: Version): Promise<Judgement> {
  signal.throwIfAborted();
  try {
    return await judge.judge(await version.module(signal), version.id);
  } catch (error) {
    if (error instanceof UnbuildableError) return { verdict: 'skip', why: error.message };
    throw error;
  }
}

/** Begins builds whose results may be wanted; what becomes of them is told to whoever asks for them. */
function prepare(versions: readonly Version[], signal: AbortSignal): void {
  for (const version of versions) void version.module(signal).catch(() => {});
}

/** Judges the two versions on which the answer stands once more; the share of equal verdicts, over both. */
async function repeatBoundary(request: BisectRequest, lastGood: Version, firstBad: Version): Promise<number> {
  let steady = 1;
  for (const [version, expected] of [
    [lastGood, 'good'],
    [firstBad, 'bad'],
  ] as const) {
    let agreed = 1;
    for (let turn = 0; turn < request.repeat; turn += 1) {
      const again = await judgeOne(request, version);
      if (again.verdict === expected) agreed += 1;
    }
    steady *= agreed / (request.repeat + 1);
  }
  return steady;
}
