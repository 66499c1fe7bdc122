// SPDX-License-Identifier: MIT OR Apache-2.0

import { AppError } from '../base/errors.js';
import { EXIT } from '../base/exit-codes.js';
import { formatCount } from '../base/format.js';
import { type ReplayOutcome, replay } from '../diff/replay.js';
import { Host } from '../host/host.js';
import type { Surroundings } from '../host/locate.js';
import type { TraceInfo } from '../proto/gen/host.js';
import type { Verdict } from './search.js';

/** A verdict and what decided it. */
export type Judgement = {
  readonly verdict: Verdict;
  readonly why: string;
  /** What a replay said; absent when a command judged. */
  readonly outcome?: ReplayOutcome | undefined;
};

/** Says of a module whether it is good. */
export type Judge = {
  readonly judge: (module: string, id: string) => Promise<Judgement>;
  readonly close: () => Promise<void>;
};

/** What tells good from bad: the answers, or, where those agree, the tree or the device at the end. */
export type Criterion = 'answers' | 'tree' | 'device';

export type ReplayJudgeOptions = {
  readonly trace: string;
  readonly allowGaps: boolean;
  readonly rules?: string | undefined;
  readonly deadlineMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((seq: bigint, total: bigint) => void) | undefined;
};

/** Judges by replaying: good gives the recorded answers and, where the criterion says so, ends in the good state. */
export class ReplayJudge implements Judge {
  readonly #around: Surroundings;
  readonly #options: ReplayJudgeOptions;
  #open: { readonly host: Host; readonly trace: TraceInfo } | undefined;
  #good: ReplayOutcome | undefined;
  #criterion: Criterion = 'answers';

  constructor(around: Surroundings, options: ReplayJudgeOptions) {
    this.#around = around;
    this.#options = options;
  }

  get criterion(): Criterion {
    return this.#criterion;
  }

  /** Takes the outcomes of the two ends, and with them what tells one from the other; false when nothing does. */
  learn(good: ReplayOutcome, bad: ReplayOutcome): boolean {
    this.#good = good;
    if (bad.verdict !== 'same') return true;
    for (const criterion of ['tree', 'device'] as const) {
      this.#criterion = criterion;
      if (good.digest?.[criterion] !== bad.digest?.[criterion]) return true;
    }
    return false;
  }

  async judge(module: string): Promise<Judgement> {
    const { rules, deadlineMs, signal, onProgress } = this.#options;
    try {
      const { host, trace } = await this.#host();
      const outcome = await replay(host, {
        trace,
        module,
        rules,
        deadlineMs,
        signal,
        onProgress: ({ seq, total }) => onProgress?.(seq, total),
      });
      return { ...this.#read(outcome), outcome };
    } catch (error) {
      signal?.throwIfAborted();
      await this.close();
      // A version that cannot be loaded, or that takes the host with it, cannot be judged.
      if (error instanceof AppError && error.exitCode === EXIT.crashed) return { verdict: 'skip', why: error.message };
      throw error;
    }
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.host.close();
  }

  #read(outcome: ReplayOutcome): Omit<Judgement, 'outcome'> {
    const { divergence, panic, verdict } = outcome;
    switch (verdict) {
      case 'diverged':
        return {
          verdict: 'bad',
          why: `op ${formatCount(divergence?.seq ?? outcome.seq)} ${divergence?.op ?? ''} ${divergence?.field ?? ''}: recorded ${divergence?.expected ?? '?'}, answered ${divergence?.actual ?? '?'}`,
        };
      case 'crashed':
        return {
          verdict: 'bad',
          why: `crashed at op ${formatCount(outcome.seq + 1n)}: ${panic?.message ?? outcome.message}`,
        };
      case 'refused':
        return { verdict: 'skip', why: `cannot follow the recorded order: ${outcome.message}` };
      case 'same': {
        const criterion = this.#criterion;
        const good = this.#good?.digest;
        if (criterion === 'answers' || good === undefined) return { verdict: 'good', why: 'every recorded answer' };
        if (good[criterion] !== outcome.digest?.[criterion] && outcome.interleaved > 0n) {
          return {
            verdict: 'skip',
            why: `another ${criterion} at the end, which says nothing: ${outcome.interleaved} ops interleaved and ran one after the other`,
          };
        }
        return good[criterion] === outcome.digest?.[criterion]
          ? { verdict: 'good', why: `every recorded answer, and the good ${criterion} at the end` }
          : { verdict: 'bad', why: `every recorded answer, but another ${criterion} at the end` };
      }
    }
  }

  async #host(): Promise<{ readonly host: Host; readonly trace: TraceInfo }> {
    if (this.#open !== undefined) return this.#open;
    const host = await Host.start(this.#around);
    try {
      const { trace: path, allowGaps, signal } = this.#options;
      this.#open = { host, trace: await host.openTrace(path, { allowGaps, signal }) };
      return this.#open;
    } catch (error) {
      await host.close();
      throw error;
    }
  }
}
