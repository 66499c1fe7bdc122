// SPDX-License-Identifier: MIT OR Apache-2.0

/** Questions to the state. Pure; whatever the screen says beyond the raw state is worked out here. */

import { formatCount, formatPercent } from '../../base/format.js';
import type { Seq } from '../../base/ids.js';
import type { Difference } from '../ports/replay-engine.js';
import type { OpDetail, OpRow } from '../ports/trace-source.js';
import { layoutOf, paneLines } from './layout.js';
import type { State } from './state.js';

export function selectedRow(state: State): OpRow | undefined {
  return state.ops.rows[state.ops.selected];
}

export function selectedDetail(state: State): OpDetail | undefined {
  const row = selectedRow(state);
  return row === undefined ? undefined : state.ops.details.get(row.seq);
}

export type VisibleRow = { readonly row: OpRow; readonly isSelected: boolean };

/** The rows on the screen, from top to bottom. */
export function visibleRows(state: State): readonly VisibleRow[] {
  const { ops } = state;
  const height = paneLines(layoutOf(state), 'ops');
  const top = Math.max(0, ops.selected - ops.line);
  return ops.rows.slice(top, top + height).map((row, index) => ({ row, isSelected: top + index === ops.selected }));
}

/** What the replay says of one op. */
export type RowVerdict = 'differs' | 'same' | 'unknown';

export function rowVerdict(state: State, seq: bigint): RowVerdict {
  if (differenceAt(state, seq) !== undefined) return 'differs';
  return seq <= state.run.compared ? 'same' : 'unknown';
}

export function differenceAt(state: State, seq: bigint): Difference | undefined {
  return state.run.differences.find((one) => one.seq === seq);
}

/** The nearest known difference after (or before) a place, itself excluded. */
export function nextDifference(state: State, from: bigint, direction: 1 | -1): Difference | undefined {
  const { differences } = state.run;
  return direction === 1 ? differences.find((one) => one.seq > from) : differences.findLast((one) => one.seq < from);
}

/** The op that commands about "here" mean, be its rows still on their way; 0 when there is none. */
export function here(state: State): bigint {
  return state.ops.wanted ?? selectedRow(state)?.seq ?? 0n;
}

export function isBusy(state: State): boolean {
  return state.scan !== undefined || state.run.phase === 'running' || state.run.phase === 'opening';
}

/** One short phrase on how the replay stands, with how it should look. */
export type Verdict = { readonly tone: 'none' | 'good' | 'bad' | 'warn' | 'busy'; readonly text: string };

export function verdictOf(state: State): Verdict {
  const { run, trace } = state;
  switch (run.phase) {
    case 'none':
      return { tone: 'none', text: 'not replayed' };
    case 'opening':
      return { tone: 'busy', text: run.doing };
    case 'failed':
      return { tone: 'bad', text: 'replay failed' };
    case 'running': {
      const target = run.target ?? trace.last;
      // Going back is by a checkpoint: there is no way to be told.
      if (target < run.position) return { tone: 'busy', text: `going back to ${formatCount(target)}` };
      const way = formatPercent(Number(run.progress), Number(target)).replace(' ', '');
      return { tone: 'busy', text: `replaying ${formatCount(run.progress)} of ${formatCount(target)} (${way})` };
    }
    case 'ready':
      return settled(state);
  }
}

function settled({ run, trace }: State): Verdict {
  if (run.barrier?.kind === 'crashed') return { tone: 'bad', text: `crashed after op ${run.position}` };
  if (run.barrier?.kind === 'refused') return { tone: 'bad', text: `refused after op ${run.position}` };
  const [first] = run.differences;
  if (first !== undefined) {
    const count = run.differences.length;
    return { tone: 'bad', text: count === 1 ? `diverged at ${first.seq}` : `${count} diverged, first ${first.seq}` };
  }
  if (run.compared === 0n) return { tone: 'none', text: 'ready to replay' };
  if (run.compared >= trace.last) return { tone: 'good', text: 'same to the end' };
  return { tone: 'good', text: `same up to ${formatCount(run.compared)}` };
}

/** Seq of a mark, by its letter. */
export function markAt(state: State, name: string): Seq | undefined {
  return state.marks.get(name);
}
