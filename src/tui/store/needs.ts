// SPDX-License-Identifier: MIT OR Apache-2.0

/**
 * What the state lacks and the controller should bring: the only link from state to effects. Being worked out from the
 * state alone, nothing is fetched twice and nothing is forgotten, whatever order keys and answers come in.
 */

import { type Seq, seq } from '../../base/ids.js';
import type { WindowRequest } from '../ports/trace-source.js';
import { layoutOf, paneLines } from './layout.js';
import { selectedRow } from './selectors.js';
import type { State } from './state.js';

/** Rows held on each side of the cursor, at least. */
const REACH = 256;
/** A filtered row may cost thousands of ops to find: no more than a few screens of them. */
const FILTERED_REACH = 64;

export type NeededWindow = { readonly view: number; readonly wanted: Seq | undefined; readonly request: WindowRequest };

export function neededWindow(state: State): NeededWindow | undefined {
  const { ops } = state;
  const height = paneLines(layoutOf(state), 'ops');
  const screens = Math.max(1, height);
  const isStale = ops.rowsView !== ops.view;
  const selected = selectedRow(state);
  const isNear =
    selected === undefined
      ? !(ops.startReached && ops.endReached)
      : (ops.selected < screens && !ops.startReached) ||
        (ops.rows.length - 1 - ops.selected < screens && !ops.endReached);
  if (!isStale && ops.wanted === undefined && ops.owed === 0 && !isNear) return undefined;
  const anchor = ops.wanted ?? selected?.seq ?? ops.last ?? seq(state.trace.first);
  const reach = ops.filter === undefined ? Math.max(REACH, 4 * screens) : Math.max(FILTERED_REACH, 2 * screens);
  const before = reach + Math.max(0, -ops.owed);
  const after = reach + Math.max(0, ops.owed);
  return { view: ops.view, wanted: ops.wanted, request: { anchor, before, after, filter: ops.filter } };
}

/** Op whose detail is shown and not known. */
export function neededDetail(state: State): Seq | undefined {
  const row = selectedRow(state);
  return row === undefined || state.ops.details.has(row.seq) ? undefined : row.seq;
}

/** Place of the run whose answer and digest are not known. */
export function neededAnswer(state: State): bigint | undefined {
  const { run } = state;
  if (run.phase !== 'ready' || run.position === 0n || run.barrier !== undefined) return undefined;
  return run.answers.has(run.position) && run.digest?.seq === run.position ? undefined : run.position;
}

export type NeededListing = { readonly seq: bigint; readonly path: string; readonly raw: Uint8Array };

const ROOT = new Uint8Array([0x2f]);

/** The next directory that is on the screen and not listed at the run's place. */
export function neededListing(state: State): NeededListing | undefined {
  const { run, tree } = state;
  if (run.phase !== 'ready' || run.position === 0n || run.barrier?.kind === 'crashed') return undefined;
  if (!layoutOf(state).panes.has('tree') || tree.trouble?.seq === run.position) return undefined;
  if (tree.seq !== run.position || !tree.listings.has('/')) return { seq: run.position, path: '/', raw: ROOT };
  const visit = (path: string): NeededListing | undefined => {
    for (const node of tree.listings.get(path) ?? []) {
      if (node.kind !== 'directory' || !tree.expanded.has(node.path)) continue;
      if (!tree.listings.has(node.path)) return { seq: run.position, path: node.path, raw: node.raw };
      const below = visit(node.path);
      if (below !== undefined) return below;
    }
    return undefined;
  };
  return visit('/');
}
