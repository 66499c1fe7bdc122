// SPDX-License-Identifier: MIT OR Apache-2.0

/**
 * All that the screen shows, as one value. Nothing here knows React, the trace file or the host: reducers make the next
 * state, selectors read it, the controller brings what `needs.ts` says is missing.
 */

import type { Seq } from '../../base/ids.js';
import type { Difference, ModuleFacts, TreeNode, Trouble } from '../ports/replay-engine.js';
import type { Field, Filter, OpDetail, OpRow, TraceFacts } from '../ports/trace-source.js';
import type { PaneId } from './panes.js';

export type Size = { readonly columns: number; readonly rows: number };

/** The timeline: a cursor in a stretch of rows that is loaded around it. */
export type OpsState = {
  /** Counts changes of the filter, so that rows of an older view are known when they arrive late. */
  readonly view: number;
  readonly filter: Filter | undefined;
  readonly rows: readonly OpRow[];
  /** The view that the rows are of; -1 before any came. */
  readonly rowsView: number;
  /** Index in `rows`; -1 while there is nothing to select. */
  readonly selected: number;
  /** The op selected last: where a view that has rows again begins. */
  readonly last: Seq | undefined;
  /** Line of the pane on which the selected row stands. */
  readonly line: number;
  readonly startReached: boolean;
  readonly endReached: boolean;
  /** Op to go to as soon as rows around it are there. */
  readonly wanted: Seq | undefined;
  /** Rows still to move once more of them are there: keys outrun reading. */
  readonly owed: number;
  readonly details: ReadonlyMap<bigint, OpDetail>;
};

export type RunPhase = 'none' | 'opening' | 'ready' | 'running' | 'failed';

export type RunState = {
  readonly phase: RunPhase;
  /** Why there is no replay; with `none` and `failed`. */
  readonly trouble: Trouble | undefined;
  readonly module: ModuleFacts | undefined;
  /** The run stands just after this op. */
  readonly position: bigint;
  /** Answers of all ops up to this one have been compared. */
  readonly compared: bigint;
  readonly target: bigint | undefined;
  readonly progress: bigint;
  /** What is going on, in words: building, opening. */
  readonly doing: string;
  /** Sorted by seq. */
  readonly differences: readonly Difference[];
  /** Why the run cannot go on from `position`: the module crashed, the order cannot be followed. */
  readonly barrier: { readonly kind: 'crashed' | 'refused'; readonly message: string } | undefined;
  readonly digest: { readonly seq: bigint; readonly device: bigint } | undefined;
  /** Replayed answers, by seq; the newest few. */
  readonly answers: ReadonlyMap<bigint, readonly Field[]>;
  /** A difference just found and not yet acknowledged. */
  readonly banner: Difference | undefined;
};

export type TreeState = {
  /** Place of the run that the listings belong to. */
  readonly seq: bigint | undefined;
  /** What is in each directory that was listed, by path. */
  readonly listings: ReadonlyMap<string, readonly TreeNode[]>;
  readonly nodes: ReadonlyMap<string, TreeNode>;
  /** Nodes as they were at the place before, to mark what changed. */
  readonly before: ReadonlyMap<string, TreeNode> | undefined;
  readonly expanded: ReadonlySet<string>;
  readonly cut: ReadonlySet<string>;
  readonly selected: string;
  readonly top: number;
  readonly preview: { readonly path: string; readonly data: Uint8Array; readonly fileSize: bigint } | undefined;
  /** Why there is no listing at a place of the run. */
  readonly trouble: (Trouble & { readonly seq: bigint }) | undefined;
};

/** What the keyboard is for at the moment. */
export type Mode =
  | { readonly kind: 'browse' }
  | { readonly kind: 'prompt'; readonly prompt: Prompt }
  | { readonly kind: 'palette'; readonly text: string; readonly cursor: number; readonly selected: number }
  | { readonly kind: 'help'; readonly top: number }
  | { readonly kind: 'chord'; readonly chord: 'mark' | 'jump' }
  | { readonly kind: 'dialog'; readonly title: string; readonly trouble: Trouble };

export type PromptKind = 'filter' | 'search' | 'goto';

export type Prompt = {
  readonly kind: PromptKind;
  readonly text: string;
  /** In characters of `text`. */
  readonly cursor: number;
  /** What is wrong with the text so far. */
  readonly mistake: string | undefined;
};

export type Toast = {
  readonly id: number;
  readonly tone: 'info' | 'good' | 'warn' | 'bad';
  readonly text: string;
  readonly hint: string | undefined;
};

/** A search or a filter that reads a long part of the trace. */
export type Scan = { readonly what: string; readonly looked: bigint };

export type State = {
  readonly size: Size;
  readonly trace: TraceFacts;
  readonly ops: OpsState;
  readonly run: RunState;
  readonly tree: TreeState;
  readonly detailTop: number;
  readonly focus: PaneId;
  /** Pane in the lower part of a narrow screen. */
  readonly lower: PaneId;
  /** The focused pane alone. */
  readonly zoomed: boolean;
  /** The selection goes along with the run. */
  readonly follow: boolean;
  readonly time: 'offset' | 'clock';
  readonly search: Filter | undefined;
  readonly marks: ReadonlyMap<string, Seq>;
  readonly mode: Mode;
  readonly toast: Toast | undefined;
  readonly scan: Scan | undefined;
};

/** The state before anything is read. */
export function initialState(trace: TraceFacts, size: Size): State {
  return {
    size,
    trace,
    ops: {
      view: 0,
      filter: undefined,
      rows: [],
      rowsView: -1,
      last: undefined,
      selected: -1,
      line: 0,
      startReached: false,
      endReached: false,
      wanted: undefined,
      owed: 0,
      details: new Map(),
    },
    run: {
      phase: 'none',
      trouble: undefined,
      module: undefined,
      position: 0n,
      compared: 0n,
      target: undefined,
      progress: 0n,
      doing: '',
      differences: [],
      barrier: undefined,
      digest: undefined,
      answers: new Map(),
      banner: undefined,
    },
    tree: {
      seq: undefined,
      listings: new Map(),
      nodes: new Map(),
      before: undefined,
      expanded: new Set(['/']),
      cut: new Set(),
      selected: '/',
      top: 0,
      preview: undefined,
      trouble: undefined,
    },
    detailTop: 0,
    focus: 'ops',
    lower: 'detail',
    zoomed: false,
    follow: true,
    time: 'offset',
    search: undefined,
    marks: new Map(),
    mode: { kind: 'browse' },
    toast: undefined,
    scan: undefined,
  };
}
