// SPDX-License-Identifier: MIT OR Apache-2.0

import { assertNever } from '../../base/assert.js';
import type { Seq } from '../../base/ids.js';
import type { OpRow } from '../ports/trace-source.js';
import type { OpsAction } from './actions.js';
import type { OpsState } from './state.js';

/** Details kept: enough to go back and forth without reading again. */
const DETAILS_KEPT = 64;

/** `height` is how many rows the pane shows. */
export function reduceOps(ops: OpsState, action: OpsAction, height: number): OpsState {
  switch (action.type) {
    case 'ops/move':
      return move(ops, action.by, height);
    case 'ops/jump':
      return jump(ops, action.seq, height);
    case 'ops/filter':
      // The rows stay until those of the new view are there: no empty flash.
      return { ...ops, view: ops.view + 1, filter: action.filter, wanted: ops.wanted ?? ops.last, owed: 0 };
    case 'ops/window':
      return action.view === ops.view ? arrive(ops, action, height) : ops;
    case 'ops/refresh':
      return { ...ops, view: ops.view + 1, details: new Map() };
    case 'ops/detail':
      return { ...ops, details: keepNewest(ops.details, action.detail.row.seq, action.detail, DETAILS_KEPT) };
    default:
      return assertNever(action, 'action');
  }
}

export function selectedSeq(ops: OpsState): Seq | undefined {
  return ops.rows[ops.selected]?.seq;
}

/** Index of the first row at or after `seq`; the number of rows when all lie before it. */
export function indexAt(rows: readonly OpRow[], seq: bigint): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.seq ?? 0n) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

function move(ops: OpsState, by: number, height: number): OpsState {
  if (by === 0) return ops;
  // On the way to another place: from there.
  if (ops.wanted !== undefined) return { ...ops, owed: ops.owed + by };
  if (ops.selected < 0) return ops;
  const last = ops.rows.length - 1;
  const aim = ops.selected + by;
  const selected = Math.min(last, Math.max(0, aim));
  // What the loaded rows cannot give is owed, unless the trace itself ends there.
  const beyond = aim - selected;
  const ends = beyond > 0 ? ops.endReached : ops.startReached;
  const owed = beyond === 0 || ends ? 0 : ops.owed + beyond;
  return place({ ...ops, selected, owed, line: ops.line + (selected - ops.selected) }, height);
}

function jump(ops: OpsState, seq: Seq, height: number): OpsState {
  const first = ops.rows[0]?.seq;
  const last = ops.rows.at(-1)?.seq;
  const loaded = first !== undefined && last !== undefined && seq >= first && seq <= last;
  if (!loaded || ops.wanted !== undefined || ops.rowsView !== ops.view) return { ...ops, wanted: seq, owed: 0 };
  const selected = indexAt(ops.rows, seq);
  return place({ ...ops, selected, owed: 0, line: keepOrCentre(ops, selected, height) }, height);
}

type Arrival = Extract<OpsAction, { readonly type: 'ops/window' }>;

function arrive(ops: OpsState, { view, window, anchor }: Arrival, height: number): OpsState {
  const { rows, startReached, endReached } = window;
  // A jump asked for since this stretch was: it is not what is wanted any more, but better than nothing to show.
  const answered = ops.wanted === undefined || ops.wanted === anchor;
  const aim = answered ? (ops.wanted ?? selectedSeq(ops) ?? anchor) : anchor;
  const selected = rows.length === 0 ? -1 : Math.min(rows.length - 1, indexAt(rows, aim));
  const jumped = ops.wanted !== undefined || ops.selected < 0;
  const next: OpsState = {
    ...ops,
    rows,
    rowsView: view,
    startReached,
    endReached,
    selected,
    line: jumped ? Math.floor(height / 2) : ops.line,
    wanted: answered ? undefined : ops.wanted,
    owed: 0,
  };
  return ops.owed === 0 ? place(next, height) : move(next, ops.owed, height);
}

/** A jump to a row that is on the screen moves the cursor only; any other puts it in the middle. */
function keepOrCentre(ops: OpsState, selected: number, height: number): number {
  const line = ops.line + (selected - ops.selected);
  return line >= 0 && line < height ? line : Math.floor(height / 2);
}

/** Keeps the cursor on the screen, and no blank lines above the first row or below the last one. */
export function place(ops: OpsState, height: number): OpsState {
  if (ops.selected < 0 || height <= 0) return { ...ops, line: 0 };
  let line = Math.min(height - 1, Math.max(0, ops.line));
  line = Math.min(line, ops.selected);
  const below = ops.rows.length - 1 - ops.selected;
  if (ops.rows.length >= height) line = Math.max(line, height - 1 - below);
  return { ...ops, line };
}

/** A map with one more entry and at most `limit` of them, the oldest gone. */
export function keepNewest<T>(
  map: ReadonlyMap<bigint, T>,
  key: bigint,
  value: T,
  limit: number,
): ReadonlyMap<bigint, T> {
  const next = new Map(map);
  next.delete(key);
  next.set(key, value);
  for (const old of next.keys()) {
    if (next.size <= limit) break;
    next.delete(old);
  }
  return next;
}
