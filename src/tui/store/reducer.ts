// SPDX-License-Identifier: MIT OR Apache-2.0

import { seq } from '../../base/ids.js';
import type { Action, OpsAction, RunAction, TreeAction, UiAction } from './actions.js';
import { layoutOf, paneLines, treeLines } from './layout.js';
import { place, reduceOps, selectedSeq } from './reduce-ops.js';
import { reduceRun } from './reduce-run.js';
import { reduceTree } from './reduce-tree.js';
import { reduceUi } from './reduce-ui.js';
import type { State } from './state.js';

/** The next state. Pure: the same state and action give the same result, and nothing else is touched. */
export function reduce(state: State, action: Action): State {
  return settle(state, step(state, action));
}

function step(state: State, action: Action): State {
  const slice = action.type.slice(0, action.type.indexOf('/'));
  const layout = layoutOf(state);
  switch (slice) {
    case 'ops':
      return withSlice(state, 'ops', reduceOps(state.ops, action as OpsAction, paneLines(layout, 'ops')));
    case 'run':
      return following(withSlice(state, 'run', reduceRun(state.run, action as RunAction)), action);
    case 'tree':
      return withSlice(
        state,
        'tree',
        reduceTree(state.tree, action as TreeAction, treeLines(paneLines(layout, 'tree'))),
      );
    default:
      return reduceUi(state, action as UiAction);
  }
}

/** The state itself when the slice did not change: then nobody needs to be told. */
function withSlice<K extends 'ops' | 'run' | 'tree'>(state: State, key: K, slice: State[K]): State {
  return state[key] === slice ? state : { ...state, [key]: slice };
}

/** When the run has stopped somewhere, a selection that follows it goes there too. */
function following(state: State, action: Action): State {
  if (action.type !== 'run/stopped' || !state.follow || action.stop.seq === 0n) return state;
  const height = paneLines(layoutOf(state), 'ops');
  return { ...state, ops: reduceOps(state.ops, { type: 'ops/jump', seq: seq(action.stop.seq) }, height) };
}

/** What must hold whatever happened: the cursor is on the screen, and the detail of another op begins at its top. */
function settle(before: State, state: State): State {
  let next = state;
  const placed = place(next.ops, paneLines(layoutOf(next), 'ops'));
  const last = selectedSeq(placed) ?? placed.last;
  if (placed.line !== next.ops.line || last !== next.ops.last) next = { ...next, ops: { ...placed, last } };
  if (selectedSeq(before.ops) !== selectedSeq(next.ops) && next.detailTop !== 0) next = { ...next, detailTop: 0 };
  return next;
}
