// SPDX-License-Identifier: MIT OR Apache-2.0

import type { Store } from '../store/store.js';

/** A scan shorter than this is not worth a word. */
const QUIET_MS = 150;
/** Words no oftener than the eye takes them. */
const EVERY_MS = 100;

/** Tells how far a scan is, once it takes long. */
export class ScanReport {
  readonly #store: Store;
  readonly #what: string;
  readonly #begun = Date.now();
  #last = 0;

  constructor(store: Store, what: string) {
    this.#store = store;
    this.#what = what;
  }

  at(looked: bigint): void {
    const now = Date.now();
    if (now - this.#begun < QUIET_MS || now - this.#last < EVERY_MS) return;
    this.#last = now;
    this.#store.dispatch({ type: 'ui/scan', scan: { what: this.#what, looked } });
  }

  end(): void {
    if (this.#last !== 0) this.#store.dispatch({ type: 'ui/scan', scan: undefined });
  }
}
