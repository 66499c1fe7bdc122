// SPDX-License-Identifier: MIT OR Apache-2.0

import type { TraceOp } from '../trace/op.js';

/**
 * When the ops of each thread took place, one after the other: as a timeline wants slices of a track. What a trace tells is right to within an
 * eighth, so an op may seem to begin while the one before it on its thread was still under way, which it cannot.
 */
export class SlotTimes {
  readonly #ended = new Map<number, bigint>();

  /** Begin and end of the next op, nanoseconds since 1970. */
  place({ thread, started, duration }: Pick<TraceOp, 'thread' | 'started' | 'duration'>): {
    readonly begin: bigint;
    readonly end: bigint;
  } {
    const free = this.#ended.get(thread) ?? started;
    const begin = started > free ? started : free;
    const end = started + duration > begin ? started + duration : begin;
    this.#ended.set(thread, end);
    return { begin, end };
  }
}
