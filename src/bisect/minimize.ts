// SPDX-License-Identifier: MIT OR Apache-2.0

import type { Divergence } from '../proto/gen/host.js';
import { type OpSet, without } from './keep.js';

/** What a trial of some ops said. */
export type Trial =
  | { readonly kind: 'same' }
  /** Still diverges; `ran` are the ops that could be run, up to and with the one that diverged. */
  | { readonly kind: 'diverged'; readonly ran: OpSet; readonly divergence: Divergence | undefined };

export type MinimizeRequest = {
  /** All ops of the trace. */
  readonly ops: OpSet;
  /** Ops that stay whatever happens: the making and mounting of the file system. */
  readonly fixed: ReadonlySet<bigint>;
  /** Ways to cut the ops into sets that belong together (by thread, by inode), in the order in which they should be tried. */
  readonly partitions: (ops: OpSet) => readonly (readonly OpSet[])[];
  readonly test: (ops: OpSet) => Promise<Trial>;
  readonly onProgress?: ((left: number, trials: number) => void) | undefined;
};

export type MinimizeOutcome =
  | { readonly kind: 'done'; readonly ops: OpSet; readonly divergence: Divergence | undefined; readonly trials: number }
  /** The whole trace does not diverge. */
  | { readonly kind: 'same'; readonly trials: number };

/**
 * Delta debugging (Zeller and Hildebrandt): takes away ops as long as what is left still goes wrong in the same way. First all after
 * the divergence, then everything of threads and inodes, then ever smaller ranges, last each single op: the result is
 * 1-minimal, no op of it can be taken away alone.
 */
export async function minimize(request: MinimizeRequest): Promise<MinimizeOutcome> {
  const whole = await request.test(request.ops);
  if (whole.kind === 'same') return { kind: 'same', trials: 1 };
  const search = new Reduction(request, whole.ran, whole.divergence);
  for (const units of request.partitions(search.left)) await search.byUnits(units);
  await search.byUnits(search.left.map((op) => [op]));
  await search.bySingleOps();
  return { kind: 'done', ops: search.left, divergence: search.divergence, trials: search.trials };
}

/** What is left, and how it got there. Everything tried is at most what was left before. */
class Reduction {
  readonly #request: MinimizeRequest;
  left: OpSet;
  divergence: Divergence | undefined;
  trials = 1;
  #freeOf: OpSet | undefined;
  #freeOps: ReadonlySet<bigint> = new Set();

  constructor(request: MinimizeRequest, ops: OpSet, divergence: Divergence | undefined) {
    this.#request = request;
    this.left = ops;
    this.divergence = divergence;
  }

  /** Halves of the units, quarters, ... until single ones; after a success the larger ranges are tried again. */
  async byUnits(all: readonly OpSet[]): Promise<void> {
    let parts = 2;
    for (;;) {
      const present = this.#free();
      const units = all.map((unit) => unit.filter((op) => present.has(op))).filter((unit) => unit.length > 0);
      const size = Math.ceil(units.length / parts);
      if (units.length < 2) return;
      let changed = false;
      // From the end: what came long before the divergence tends to be what it needs.
      for (let end = units.length; end > 0; end -= size) {
        if (await this.#drop(units.slice(Math.max(0, end - size), end).flat())) changed = true;
      }
      if (size === 1) return;
      parts = changed ? Math.max(2, parts >> 1) : parts * 2;
    }
  }

  /** Until a whole round takes nothing away. */
  async bySingleOps(): Promise<void> {
    for (let changed = true; changed; ) {
      changed = false;
      for (const op of [...this.#free()].reverse()) {
        if (await this.#drop([op])) changed = true;
      }
    }
  }

  /** Ops that may go. Of a million ops this is dear, and most trials take nothing away. */
  #free(): ReadonlySet<bigint> {
    if (this.#freeOf !== this.left) {
      this.#freeOf = this.left;
      this.#freeOps = new Set(without(this.left, this.#request.fixed));
    }
    return this.#freeOps;
  }

  async #drop(ops: OpSet): Promise<boolean> {
    const free = this.#free();
    const gone = new Set(ops.filter((op) => free.has(op)));
    if (gone.size === 0) return false;
    const trial = await this.#request.test(without(this.left, gone));
    this.trials += 1;
    const shrunk = trial.kind === 'diverged' && trial.ran.length < this.left.length;
    if (shrunk) {
      this.left = trial.ran;
      this.divergence = trial.divergence;
    }
    this.#request.onProgress?.(this.left.length, this.trials);
    return shrunk;
  }
}
