// SPDX-License-Identifier: MIT OR Apache-2.0

/** Time travel: small letters go forward, capitals back, as in gdb's single-key mode. */

import { seq } from '../../base/ids.js';
import { here, nextDifference } from '../store/selectors.js';
import type { State } from '../store/state.js';
import type { Command } from './command.js';

/** Why nothing can be replayed now. */
export function noReplay({ run }: State): string | undefined {
  if (run.phase === 'opening') return `not ready yet: ${run.doing}`;
  if (run.phase === 'none' || run.phase === 'failed') return run.trouble?.message ?? 'there is no replay';
  return run.phase === 'running' ? 'a replay is running: Esc stops it' : undefined;
}

function noForward(state: State): string | undefined {
  const reason = noReplay(state);
  if (reason !== undefined) return reason;
  if (state.run.barrier !== undefined) return `${state.run.barrier.kind}: the replay cannot go on from here`;
  return state.run.position >= state.trace.last ? 'the replay is at the end of the trace' : undefined;
}

function noBackward(state: State): string | undefined {
  return noReplay(state) ?? (state.run.position <= 1n ? 'the replay is at the begin of the trace' : undefined);
}

/** A key that is held down sends steps faster than they are done: the runner counts them, or says why not. */
function isRunning({ run }: State): boolean {
  return run.phase === 'running';
}

export const replayCommands: readonly Command[] = [
  {
    id: 'run.step',
    title: 'Step one op forward',
    group: 'replay',
    context: 'browse',
    keys: ['s'],
    hint: 'step',
    disabledReason: (state) => (isRunning(state) ? undefined : noForward(state)),
    run: ({ effects }) => effects.step(1),
  },
  {
    id: 'run.step-back',
    title: 'Step one op back',
    group: 'replay',
    context: 'browse',
    keys: ['S'],
    hint: 'back',
    disabledReason: (state) => (isRunning(state) ? undefined : noBackward(state)),
    run: ({ effects }) => effects.step(-1),
  },
  {
    id: 'run.continue',
    title: 'Continue to the next divergence, or the end',
    group: 'replay',
    context: 'browse',
    keys: ['c'],
    hint: 'continue',
    disabledReason: noForward,
    run: ({ effects }) => effects.runTo('end', true),
  },
  {
    id: 'run.continue-back',
    title: 'Go back to the previous divergence',
    group: 'replay',
    context: 'browse',
    keys: ['C'],
    disabledReason: (state) =>
      noBackward(state) ??
      (nextDifference(state, state.run.position, -1) === undefined ? 'no divergence before this place' : undefined),
    run: ({ state, effects }) => {
      const found = nextDifference(state, state.run.position, -1);
      if (found !== undefined) effects.runTo(found.seq, false);
    },
  },
  {
    id: 'run.here',
    title: 'Replay to the selected op, forward or back',
    group: 'replay',
    context: 'ops',
    keys: ['enter'],
    hint: 'replay to here',
    disabledReason: (state) => noReplay(state) ?? (here(state) === 0n ? 'no op is selected' : undefined),
    run: ({ state, effects }) => effects.runTo(here(state), false),
  },
  {
    id: 'run.end',
    title: 'Replay to the end without stopping',
    group: 'replay',
    context: 'browse',
    keys: ['E'],
    disabledReason: noForward,
    run: ({ effects }) => effects.runTo('end', false),
  },
  {
    id: 'difference.next',
    title: 'Select the next known difference',
    group: 'replay',
    context: 'browse',
    keys: [']'],
    disabledReason: (state) =>
      nextDifference(state, here(state), 1) === undefined ? 'no known difference after this op: c looks on' : undefined,
    run: ({ state, dispatch }) => {
      const found = nextDifference(state, here(state), 1);
      if (found !== undefined) dispatch({ type: 'ops/jump', seq: seq(found.seq) });
    },
  },
  {
    id: 'difference.previous',
    title: 'Select the previous known difference',
    group: 'replay',
    context: 'browse',
    keys: ['['],
    disabledReason: (state) =>
      nextDifference(state, here(state), -1) === undefined ? 'no known difference before this op' : undefined,
    run: ({ state, dispatch }) => {
      const found = nextDifference(state, here(state), -1);
      if (found !== undefined) dispatch({ type: 'ops/jump', seq: seq(found.seq) });
    },
  },
  {
    id: 'run.position',
    title: 'Select the op the replay stands at',
    group: 'replay',
    context: 'browse',
    keys: ['.'],
    disabledReason: (state) => (state.run.position === 0n ? 'nothing has been replayed yet' : undefined),
    run: ({ state, dispatch }) => dispatch({ type: 'ops/jump', seq: seq(state.run.position) }),
  },
  {
    id: 'run.follow',
    title: 'Let the selection follow the replay, or not',
    group: 'replay',
    context: 'browse',
    keys: ['f'],
    run: ({ dispatch }) => dispatch({ type: 'ui/follow' }),
  },
  {
    id: 'run.open',
    title: 'Look for the host and the module again',
    group: 'replay',
    context: 'browse',
    keys: ['r'],
    hint: 'retry replay',
    when: ({ run }) => run.phase === 'none' || run.phase === 'failed',
    run: ({ effects }) => effects.openReplay(),
  },
];
