// SPDX-License-Identifier: MIT OR Apache-2.0

import { seq } from '../../base/ids.js';
import { detailLineCount } from '../lines/detail-lines.js';
import { layoutOf, paneLines, treeLines } from '../store/layout.js';
import { PANES, type PaneId, paneNumber } from '../store/panes.js';
import type { State } from '../store/state.js';
import type { Command, CommandCall } from './command.js';

type Step = {
  readonly name: string;
  readonly title: string;
  readonly keys: readonly string[];
  readonly by: (page: number) => number;
};

/** The same movements in every pane. */
const STEPS: readonly Step[] = [
  { name: 'down', title: 'one line down', keys: ['j', 'down'], by: () => 1 },
  { name: 'up', title: 'one line up', keys: ['k', 'up'], by: () => -1 },
  { name: 'page-down', title: 'one page down', keys: ['pagedown', 'ctrl-f', 'space'], by: (page) => page },
  { name: 'page-up', title: 'one page up', keys: ['pageup', 'ctrl-b'], by: (page) => -page },
  { name: 'half-down', title: 'half a page down', keys: ['ctrl-d'], by: (page) => Math.ceil(page / 2) },
  { name: 'half-up', title: 'half a page up', keys: ['ctrl-u'], by: (page) => -Math.ceil(page / 2) },
];

const MOVERS: Readonly<
  Record<PaneId, { readonly page: (state: State) => number; readonly move: (call: CommandCall, by: number) => void }>
> = {
  ops: {
    page: (state) => Math.max(1, paneLines(layoutOf(state), 'ops') - 1),
    move: ({ dispatch }, by) => dispatch({ type: 'ops/move', by }),
  },
  detail: {
    page: (state) => Math.max(1, paneLines(layoutOf(state), 'detail') - 1),
    move: ({ state, dispatch }, by) => {
      const last = Math.max(0, detailLineCount(state) - paneLines(layoutOf(state), 'detail'));
      dispatch({ type: 'ui/scroll-detail', by, last });
    },
  },
  tree: {
    page: (state) => Math.max(1, treeLines(paneLines(layoutOf(state), 'tree')) - 1),
    move: ({ dispatch }, by) => dispatch({ type: 'tree/move', by }),
  },
};

const inPanes: readonly Command[] = PANES.flatMap(({ id, title }) =>
  STEPS.map(
    (step): Command => ({
      id: `${id}.${step.name}`,
      title: `${title}: ${step.title}`,
      group: 'move',
      context: id,
      keys: step.keys,
      run: (call) => MOVERS[id].move(call, step.by(MOVERS[id].page(call.state))),
    }),
  ),
);

const toPanes: readonly Command[] = PANES.map(
  ({ id, title, about }): Command => ({
    id: `pane.${id}`,
    title: `Go to the pane ${title}: ${about}`,
    group: 'move',
    context: 'browse',
    keys: [String(paneNumber(id))],
    run: ({ dispatch }) => dispatch({ type: 'ui/focus', pane: id }),
  }),
);

function neighbour(state: State, by: 1 | -1): PaneId {
  const at = paneNumber(state.focus) - 1;
  return (PANES[(at + by + PANES.length) % PANES.length] ?? PANES[0]).id;
}

export const moveCommands: readonly Command[] = [
  ...inPanes,
  {
    id: 'ops.first',
    title: 'Go to the first op',
    group: 'move',
    context: 'browse',
    keys: ['home', '<'],
    run: ({ state, dispatch }) => dispatch({ type: 'ops/jump', seq: seq(state.trace.first) }),
  },
  {
    id: 'ops.last',
    title: 'Go to the last op',
    group: 'move',
    context: 'browse',
    keys: ['G', 'end', '>'],
    disabledReason: ({ trace }) => (trace.ops === 0n ? 'the trace has no ops' : undefined),
    run: ({ state, dispatch }) => dispatch({ type: 'ops/jump', seq: seq(state.trace.last) }),
  },
  {
    id: 'ops.goto',
    title: 'Go to an op by its number',
    group: 'move',
    context: 'browse',
    keys: ['g'],
    hint: 'go to',
    takes: { word: 'goto', name: 'SEQ' },
    run: ({ effects, argument }) => (argument === undefined ? effects.openPrompt('goto') : effects.goTo(argument)),
  },
  {
    id: 'pane.next',
    title: 'Go to the next pane',
    group: 'move',
    context: 'browse',
    keys: ['tab'],
    hint: 'pane',
    run: ({ state, dispatch }) => dispatch({ type: 'ui/focus', pane: neighbour(state, 1) }),
  },
  {
    id: 'pane.previous',
    title: 'Go to the previous pane',
    group: 'move',
    context: 'browse',
    keys: ['shift-tab'],
    run: ({ state, dispatch }) => dispatch({ type: 'ui/focus', pane: neighbour(state, -1) }),
  },
  ...toPanes,
];
