// SPDX-License-Identifier: MIT OR Apache-2.0

/** Where each pane stands on a screen of a given size. Pure arithmetic; components and reducers both ask it. */

import { PANES, type PaneId } from './panes.js';
import type { Size, State } from './state.js';

/** Below this nothing useful fits, and the TUI does not start. */
export const SMALLEST: Size = { columns: 60, rows: 16 };
/** From here on the panes stand side by side. */
const WIDE_COLUMNS = 140;

export type Rect = { readonly width: number; readonly height: number };

export type Layout = {
  readonly shape: 'small' | 'stacked' | 'wide';
  /** Lines of the whole frame: one less than the screen has, or Ink clears the screen at every frame. */
  readonly height: number;
  readonly width: number;
  /** Lines of the body, between the header and the footer. */
  readonly body: number;
  readonly bannerLines: number;
  /** Panes that are on the screen, with the space of each, its title line included. */
  readonly panes: ReadonlyMap<PaneId, Rect>;
};

/** Header, status line and footer. */
const FRAME_LINES = 3;

export function layoutOf(state: Pick<State, 'size' | 'zoomed' | 'focus' | 'lower'> & BannerSource): Layout {
  const { columns, rows } = state.size;
  const height = Math.max(1, rows - 1);
  const bannerLines = state.run.banner === undefined ? 0 : 1;
  const body = Math.max(1, height - FRAME_LINES - bannerLines);
  const common = { height, width: columns, body, bannerLines };
  if (columns < SMALLEST.columns || rows < SMALLEST.rows) return { ...common, shape: 'small', panes: new Map() };
  if (state.zoomed) {
    return { ...common, shape: 'stacked', panes: new Map([[state.focus, { width: columns, height: body }]]) };
  }
  if (columns >= WIDE_COLUMNS) return { ...common, shape: 'wide', panes: sideBySide(columns, body) };
  const lower = Math.max(6, Math.floor(body * 0.45));
  return {
    ...common,
    shape: 'stacked',
    panes: new Map<PaneId, Rect>([
      ['ops', { width: columns, height: body - lower }],
      [state.lower === 'ops' ? 'detail' : state.lower, { width: columns, height: lower }],
    ]),
  };
}

type BannerSource = { readonly run: Pick<State['run'], 'banner'> };

/** The timeline left, the others below one another at the right, one column of rule between. */
function sideBySide(columns: number, body: number): ReadonlyMap<PaneId, Rect> {
  const left = Math.floor(columns * 0.56);
  const right = columns - left - 1;
  const others = PANES.filter((pane) => pane.id !== 'ops');
  const panes = new Map<PaneId, Rect>([['ops', { width: left, height: body }]]);
  let used = 0;
  for (const [index, pane] of others.entries()) {
    const share = index === others.length - 1 ? body - used : Math.floor(body / others.length);
    panes.set(pane.id, { width: right, height: share });
    used += share;
  }
  return panes;
}

/** Lines of a pane below its title; 0 when it is not on the screen. */
export function paneLines(layout: Layout, pane: PaneId): number {
  return Math.max(0, (layout.panes.get(pane)?.height ?? 1) - 1);
}

/** Lines of the tree pane's list; a larger pane keeps some below it for the chosen file. */
export function treeLines(lines: number): number {
  return lines - previewLines(lines);
}

/** Lines of the tree pane for the attributes and the first bytes of what is selected. */
export function previewLines(lines: number): number {
  return lines < 6 ? Math.min(1, lines) : Math.min(10, Math.max(3, Math.floor(lines * 0.4)));
}
