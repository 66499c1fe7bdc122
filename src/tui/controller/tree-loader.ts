// SPDX-License-Identifier: MIT OR Apache-2.0

import { neededListing } from '../store/needs.js';
import type { Deps } from './deps.js';
import { troubleOf } from './notices.js';

/** Names of one directory that are asked for; more are cut, and said to be. */
const NAMES_LIMIT = 2_000;
/** Bytes of a file that the preview may show. */
const PREVIEW_BYTES = 4_096;

/** Lists the directories on the screen at the run's place, one call at a time. */
export class TreeLoader {
  readonly #deps: Deps;
  #busy = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  sync(): void {
    if (this.#busy || neededListing(this.#deps.store.get()) === undefined) return;
    this.#busy = true;
    void this.#list();
  }

  async #list(): Promise<void> {
    const { store, engine } = this.#deps;
    try {
      for (;;) {
        const need = neededListing(store.get());
        if (need === undefined) return;
        try {
          const listing = await engine.tree(need.raw, NAMES_LIMIT);
          // A listing of a place that the run has left says nothing about where it is now.
          if (store.get().run.position === need.seq && store.get().run.phase === 'ready') {
            store.dispatch({ type: 'tree/listed', seq: need.seq, path: need.path, listing });
          }
        } catch (error) {
          if (need.path === '/') store.dispatch({ type: 'tree/failed', seq: need.seq, trouble: troubleOf(error) });
          // It was a directory at the place before and is none here.
          else store.dispatch({ type: 'tree/gone', path: need.path });
        }
      }
    } finally {
      this.#busy = false;
    }
  }

  async preview(): Promise<void> {
    const { store, engine, notices } = this.#deps;
    const { tree } = store.get();
    const node = tree.nodes.get(tree.selected);
    if (node === undefined) return;
    try {
      const part = await engine.readFile(node.raw, PREVIEW_BYTES);
      store.dispatch({ type: 'tree/preview', path: node.path, part });
    } catch (error) {
      notices.toast('bad', `${node.path} could not be read: ${troubleOf(error).message}`);
    }
  }
}
