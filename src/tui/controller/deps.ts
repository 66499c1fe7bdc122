// SPDX-License-Identifier: MIT OR Apache-2.0

import type { ReplayEngine } from '../ports/replay-engine.js';
import type { TraceSource } from '../ports/trace-source.js';
import type { Store } from '../store/store.js';
import type { Notices } from './notices.js';

/** What the parts of the controller work on. */
export type Deps = {
  readonly store: Store;
  readonly source: TraceSource;
  readonly engine: ReplayEngine;
  readonly notices: Notices;
};
