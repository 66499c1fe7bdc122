// SPDX-License-Identifier: MIT OR Apache-2.0

import { useSyncExternalStore } from 'react';
import type { State } from '../store/state.js';
import type { Store } from '../store/store.js';

/** The state of the store; the component is drawn again when it changes. */
export function useStateOf(store: Store): State {
  return useSyncExternalStore(store.subscribe, store.get);
}
