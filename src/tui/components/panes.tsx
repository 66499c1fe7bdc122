// SPDX-License-Identifier: MIT OR Apache-2.0

import type { ReactElement } from 'react';
import { detailLines } from '../lines/detail-lines.js';
import { emptyOps, opsLines, opsTitleNote } from '../lines/ops-lines.js';
import { treePaneLines } from '../lines/tree-lines.js';
import type { Rect } from '../store/layout.js';
import type { PaneId } from '../store/panes.js';
import { selectedRow } from '../store/selectors.js';
import type { State } from '../store/state.js';
import { useLook } from './look-context.js';
import { Pane } from './Pane.js';

type Props = { readonly state: State; readonly rect: Rect };

function OpsPane({ state, rect: { width, height } }: Props): ReactElement {
  const { glyphs } = useLook();
  const lines = state.ops.selected < 0 ? [emptyOps(state)] : opsLines(state, width, glyphs);
  const note = opsTitleNote(state);
  return <Pane id="ops" focused={state.focus === 'ops'} width={width} height={height} note={note} lines={lines} />;
}

function DetailPane({ state, rect: { width, height } }: Props): ReactElement {
  const { glyphs } = useLook();
  const all = detailLines(state, width, glyphs);
  const lines = all.slice(state.detailTop);
  const seq = selectedRow(state)?.seq;
  const more = lines.length > height - 1 ? `${lines.length - height + 1} more lines` : '';
  const note = more === '' ? (seq === undefined ? '' : `op ${seq}`) : more;
  return (
    <Pane id="detail" focused={state.focus === 'detail'} width={width} height={height} note={note} lines={lines} />
  );
}

function TreePane({ state, rect: { width, height } }: Props): ReactElement {
  const { glyphs } = useLook();
  const lines = treePaneLines(state, width, height - 1, glyphs);
  const note = state.tree.seq === undefined ? '' : `after op ${state.tree.seq}`;
  return <Pane id="tree" focused={state.focus === 'tree'} width={width} height={height} note={note} lines={lines} />;
}

/** What draws each pane. */
export const PANE_COMPONENTS: Readonly<Record<PaneId, (props: Props) => ReactElement>> = {
  ops: OpsPane,
  detail: DetailPane,
  tree: TreePane,
};
