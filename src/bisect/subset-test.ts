// SPDX-License-Identifier: MIT OR Apache-2.0

import type { Host } from '../host/host.js';
import type { Divergence } from '../proto/gen/host.js';
import { fromPairs, type OpSet, toPairs } from './keep.js';
import type { Trial } from './minimize.js';

export type SubsetTestOptions = {
  readonly trace: number;
  /** Path of the module with the right answers. */
  readonly reference: string;
  /** Path of the module that goes wrong. */
  readonly module: string;
  readonly deadlineMs?: number | undefined;
  /** Judge the states after each op too, not the answers alone. */
  readonly states?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
};

/**
 * Tries ops in the host. Only the fault that the whole trace shows counts: smaller traces could part in another way, and
 * the result would be about another fault.
 */
export function subsetTest(host: Host, options: SubsetTestOptions): (ops: OpSet) => Promise<Trial> {
  const { trace, reference, module, deadlineMs, states, signal } = options;
  let wanted: Divergence | undefined;
  return async (ops) => {
    const reply = await host.testSubset(
      { trace, reference, module, keep: toPairs(ops), deadlineMs, states },
      { signal },
    );
    if (!reply.diverged) return { kind: 'same' };
    wanted ??= reply.divergence;
    if (!isSameFault(wanted, reply.divergence)) return { kind: 'same' };
    return { kind: 'diverged', ran: fromPairs(reply.kept), divergence: reply.divergence };
  };
}

function isSameFault(wanted: Divergence | undefined, found: Divergence | undefined): boolean {
  return wanted?.kind === found?.kind && wanted?.op === found?.op && wanted?.field === found?.field;
}
