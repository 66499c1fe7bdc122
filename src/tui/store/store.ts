// SPDX-License-Identifier: MIT OR Apache-2.0

import type { Action } from './actions.js';
import { reduce } from './reducer.js';
import type { State } from './state.js';

/** Holds the one state. React reads it through useSyncExternalStore; the controller through `subscribe`. */
export class Store {
  #state: State;
  readonly #listeners = new Set<() => void>();
  #depth = 0;

  constructor(state: State) {
    this.#state = state;
  }

  readonly get = (): State => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  readonly dispatch = (action: Action): void => {
    const next = reduce(this.#state, action);
    if (next === this.#state) return;
    this.#state = next;
    // A listener may dispatch in turn; a listener that always does would never end.
    if (this.#depth > 32) throw new Error(`internal: dispatching goes round in circles at ${action.type}`);
    this.#depth += 1;
    try {
      for (const listener of [...this.#listeners]) listener();
    } finally {
      this.#depth -= 1;
    }
  };
}
