// SPDX-License-Identifier: MIT OR Apache-2.0

import { ns, seq } from '../../src/base/ids.js';
import type { OpRow, TraceFacts } from '../../src/tui/ports/trace-source.js';
import type { Action } from '../../src/tui/store/actions.js';
import { reduce } from '../../src/tui/store/reducer.js';
import { initialState, type Size, type State } from '../../src/tui/store/state.js';

export const FACTS: TraceFacts = {
  path: '/traces/test.btr',
  name: 'test.btr',
  ops: 10_000_000n,
  first: 1n,
  last: 10_000_000n,
  dropped: 0n,
  complete: true,
  fsName: 'memfs',
  revision: '0123abc',
  recordedBy: 'test',
  command: '',
  startNs: 1_795_305_600_000_000_000n,
  bytes: 1n,
  warnings: [],
};

export function row(number: bigint): OpRow {
  return {
    seq: seq(number),
    beginNs: ns(FACTS.startNs + number * 1_000n),
    durationNs: 900n,
    thread: 0,
    op: 'GETATTR',
    subject: `/file-${number}`,
    result: 'ok',
    failed: false,
    gapBefore: 0n,
  };
}

/** The state after some actions. */
export function reduced(state: State, ...actions: readonly Action[]): State {
  return actions.reduce(reduce, state);
}

export function emptyState(size: Size = { columns: 80, rows: 24 }): State {
  return initialState(FACTS, size);
}

/** Rows `from` to `to` have come for what the state needs. */
export function rowsCome(state: State, from: bigint, to: bigint, anchor: bigint = state.ops.wanted ?? from): Action {
  const rows = Array.from({ length: Number(to - from + 1n) }, (_, index) => row(from + BigInt(index)));
  const window = { rows, startReached: from === 1n, endReached: to === FACTS.last };
  return { type: 'ops/window', view: state.ops.view, window, anchor: seq(anchor) };
}

/** A long trace at its begin, without a replay. */
export function someState(size?: Size): State {
  const state = emptyState(size);
  return reduced(state, rowsCome(state, 1n, 257n), {
    type: 'run/absent',
    trouble: { message: 'there is no host', hint: 'npm run setup builds it' },
  });
}
