// SPDX-License-Identifier: MIT OR Apache-2.0

import { expect } from 'vitest';
import { traceSource } from '../../src/tui/adapters/trace-file.js';
import { Controller } from '../../src/tui/controller/controller.js';
import { KeyDecoder } from '../../src/tui/input/keys.js';
import type { ReplayEngine } from '../../src/tui/ports/replay-engine.js';
import type { TraceSource } from '../../src/tui/ports/trace-source.js';
import { initialState, type Size, type State } from '../../src/tui/store/state.js';
import { Store } from '../../src/tui/store/store.js';
import { openBytes } from '../support/craft-trace.js';

export type Debugger = {
  readonly store: Store;
  readonly controller: Controller;
  readonly copied: string[];
  /** Names of what the terminal was asked for. */
  readonly asked: string[];
  /** Types bytes as a terminal would send them. */
  readonly type: (bytes: string) => void;
  /** Waits until the state is so. */
  readonly until: (holds: (state: State) => boolean) => Promise<State>;
};

/** The TUI without a screen: store and controller on a trace and an engine. */
export function debuggerOn(
  content: Uint8Array | TraceSource,
  engine: ReplayEngine,
  size: Size = { columns: 80, rows: 24 },
): Debugger {
  const source =
    content instanceof Uint8Array
      ? traceSource(openBytes(content, { allowDamage: true }), '/traces/test.btr')
      : content;
  const store = new Store(initialState(source.facts, size));
  const copied: string[] = [];
  const asked: string[] = [];
  const controller = new Controller(store, source, engine, {
    copy: (text) => copied.push(text),
    suspend: () => asked.push('suspend'),
    redraw: () => asked.push('redraw'),
  });
  return {
    store,
    controller,
    copied,
    asked,
    type: (bytes) => {
      const decoder = new KeyDecoder();
      for (const token of [...decoder.push(bytes), ...decoder.flush()]) controller.input(token);
    },
    until: async (holds) => {
      await expect.poll(() => holds(store.get()), { timeout: 10_000, interval: 5 }).toBe(true);
      return store.get();
    },
  };
}
