// SPDX-License-Identifier: MIT OR Apache-2.0

/** Everything that can happen to the state. The first word names the slice whose reducer answers. */

import type { Seq } from '../../base/ids.js';
import type { Difference, FilePart, ModuleFacts, Stop, TreeListing, Trouble } from '../ports/replay-engine.js';
import type { Field, Filter, OpDetail, OpsWindow } from '../ports/trace-source.js';
import type { PaneId } from './panes.js';
import type { Mode, Scan, Size, Toast } from './state.js';

export type OpsAction =
  | { readonly type: 'ops/move'; readonly by: number }
  | { readonly type: 'ops/jump'; readonly seq: Seq }
  | { readonly type: 'ops/filter'; readonly filter: Filter | undefined }
  | { readonly type: 'ops/window'; readonly view: number; readonly window: OpsWindow; readonly anchor: Seq }
  /** The rows can be read better now than they were. */
  | { readonly type: 'ops/refresh' }
  | { readonly type: 'ops/detail'; readonly detail: OpDetail };

export type RunAction =
  | { readonly type: 'run/opening'; readonly doing: string }
  | { readonly type: 'run/opened'; readonly module: ModuleFacts }
  | { readonly type: 'run/absent'; readonly trouble: Trouble }
  | { readonly type: 'run/failed'; readonly trouble: Trouble }
  | { readonly type: 'run/started'; readonly target: bigint }
  | { readonly type: 'run/progress'; readonly seq: bigint }
  | { readonly type: 'run/found'; readonly difference: Difference }
  | { readonly type: 'run/stopped'; readonly stop: Stop; readonly announce: boolean }
  | { readonly type: 'run/answer'; readonly seq: bigint; readonly answer: readonly Field[] }
  | { readonly type: 'run/digest'; readonly seq: bigint; readonly device: bigint }
  | { readonly type: 'run/acknowledge' };

export type TreeAction =
  | { readonly type: 'tree/listed'; readonly seq: bigint; readonly path: string; readonly listing: TreeListing }
  | { readonly type: 'tree/gone'; readonly path: string }
  | { readonly type: 'tree/failed'; readonly seq: bigint; readonly trouble: Trouble }
  | { readonly type: 'tree/move'; readonly by: number }
  | { readonly type: 'tree/expand'; readonly path: string; readonly open: boolean }
  | { readonly type: 'tree/preview'; readonly path: string; readonly part: FilePart }
  | { readonly type: 'tree/select'; readonly path: string };

export type UiAction =
  | { readonly type: 'ui/size'; readonly size: Size }
  | { readonly type: 'ui/focus'; readonly pane: PaneId }
  | { readonly type: 'ui/zoom' }
  | { readonly type: 'ui/follow' }
  | { readonly type: 'ui/time' }
  | { readonly type: 'ui/scroll-detail'; readonly by: number; readonly last: number }
  | { readonly type: 'ui/mode'; readonly mode: Mode }
  | { readonly type: 'ui/search'; readonly filter: Filter | undefined }
  | { readonly type: 'ui/mark'; readonly name: string; readonly seq: Seq }
  | { readonly type: 'ui/toast'; readonly toast: Toast | undefined }
  | { readonly type: 'ui/scan'; readonly scan: Scan | undefined };

export type Action = OpsAction | RunAction | TreeAction | UiAction;
