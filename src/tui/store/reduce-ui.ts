// SPDX-License-Identifier: MIT OR Apache-2.0

import { assertNever } from '../../base/assert.js';
import type { UiAction } from './actions.js';
import type { State } from './state.js';

export function reduceUi(state: State, action: UiAction): State {
  switch (action.type) {
    case 'ui/size':
      return { ...state, size: action.size };
    case 'ui/focus':
      return { ...state, focus: action.pane, lower: action.pane === 'ops' ? state.lower : action.pane };
    case 'ui/zoom':
      return { ...state, zoomed: !state.zoomed };
    case 'ui/follow':
      return { ...state, follow: !state.follow };
    case 'ui/time':
      return { ...state, time: state.time === 'offset' ? 'clock' : 'offset' };
    case 'ui/scroll-detail':
      return { ...state, detailTop: Math.min(action.last, Math.max(0, state.detailTop + action.by)) };
    case 'ui/mode':
      return { ...state, mode: action.mode };
    case 'ui/search':
      return { ...state, search: action.filter };
    case 'ui/mark':
      return { ...state, marks: new Map(state.marks).set(action.name, action.seq) };
    case 'ui/toast':
      return { ...state, toast: action.toast };
    case 'ui/scan':
      return { ...state, scan: action.scan };
    default:
      return assertNever(action, 'action');
  }
}
