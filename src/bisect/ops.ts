// SPDX-License-Identifier: MIT OR Apache-2.0

import type { PairOutcome } from '../diff/pair.js';

/** The first op at which a bad version goes wrong: in its answer, or in the state after it. */
export function firstBadOp({
  firstReply,
  firstState,
}: Pick<PairOutcome, 'firstReply' | 'firstState'>): bigint | undefined {
  if (firstReply === undefined) return firstState;
  return firstState === undefined || firstReply < firstState ? firstReply : firstState;
}
