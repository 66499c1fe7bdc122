// SPDX-License-Identifier: MIT OR Apache-2.0

import { isAbort } from '../../base/errors.js';
import type { Seq } from '../../base/ids.js';
import { type NeededWindow, neededDetail, neededWindow } from '../store/needs.js';
import type { Deps } from './deps.js';
import { ScanReport } from './scan-report.js';

/** Brings the rows around the cursor and the detail of the selected op, whenever the state lacks them. */
export class OpsLoader {
  readonly #deps: Deps;
  /** Resolves when the first rows that were asked for are in the state, or cannot be. */
  readonly firstRows: Promise<void>;
  #firstRowsCame: () => void = () => {};
  #loading: { readonly need: NeededWindow; readonly stop: AbortController } | undefined;
  /** The need answered last, whether with rows or in vain: what it left open is not asked for again. */
  #settled = '';
  #names: AbortController | undefined;
  #detail: { readonly seq: bigint; readonly stop: AbortController } | undefined;
  #refusedDetail: bigint | undefined;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.firstRows = new Promise((resolve) => {
      this.#firstRowsCame = resolve;
    });
  }

  /** Looks at the state and starts what it needs. */
  sync(): void {
    this.#syncWindow();
    this.#syncDetail();
  }

  /** Stops a long scan. */
  cancel(): void {
    this.#loading?.stop.abort();
  }

  stop(): void {
    this.#loading?.stop.abort();
    this.#names?.abort();
    this.#detail?.stop.abort();
  }

  #syncWindow(): void {
    const need = neededWindow(this.#deps.store.get());
    const running = this.#loading;
    if (running !== undefined) {
      // Rows for another view or another place than is wanted now are of no use; rows a bit off are, so let those come.
      const isOutdated = need === undefined || need.view !== running.need.view || need.wanted !== running.need.wanted;
      if (!isOutdated) return;
      running.stop.abort();
      this.#loading = undefined;
    }
    if (need === undefined || keyOf(need) === this.#settled) return;
    void this.#load(need);
  }

  async #load(need: NeededWindow): Promise<void> {
    const { store, source, notices } = this.#deps;
    const stop = new AbortController();
    const mine = { need, stop };
    this.#loading = mine;
    const report = new ScanReport(store, need.request.filter === undefined ? 'reading' : 'filtering');
    try {
      const window = await source.window(need.request, {
        signal: stop.signal,
        onProgress: (looked) => {
          if (this.#loading === mine) report.at(looked);
        },
      });
      this.#settled = keyOf(need);
      if (this.#loading === mine) this.#loading = undefined;
      report.end();
      store.dispatch({ type: 'ops/window', view: need.view, window, anchor: need.request.anchor });
      const last = window.rows.at(-1)?.seq;
      if (last !== undefined && !source.namesKnown(last)) this.#learnNames(last);
    } catch (error) {
      report.end();
      const isMine = this.#loading === mine;
      if (isMine) this.#loading = undefined;
      if (isAbort(error) && !isMine) return;
      this.#settled = keyOf(need);
      if (isAbort(error)) notices.toast('warn', 'stopped before the view was complete', '\\ shows all ops again');
      else notices.failure('The trace could not be read here', error);
    } finally {
      this.#firstRowsCame();
    }
  }

  /** Far into a trace the rows are shown at once, with inode numbers, and with paths as soon as all names before are known. */
  #learnNames(to: Seq): void {
    this.#names?.abort();
    const stop = new AbortController();
    this.#names = stop;
    const { store, source, notices } = this.#deps;
    void source.learnNames(to, { signal: stop.signal, onProgress: () => {} }).then(
      () => store.dispatch({ type: 'ops/refresh' }),
      (error: unknown) => {
        if (!isAbort(error)) notices.failure('The names before these ops could not be read', error);
      },
    );
  }

  #syncDetail(): void {
    const seq = neededDetail(this.#deps.store.get());
    if (seq === undefined || seq === this.#detail?.seq || seq === this.#refusedDetail) return;
    this.#detail?.stop.abort();
    const stop = new AbortController();
    this.#detail = { seq, stop };
    void this.#deps.source.detail(seq, stop.signal).then(
      (detail) => {
        if (this.#detail?.seq === seq) this.#detail = undefined;
        this.#deps.store.dispatch({ type: 'ops/detail', detail });
      },
      (error: unknown) => {
        if (this.#detail?.seq === seq) this.#detail = undefined;
        if (isAbort(error)) return;
        this.#refusedDetail = seq;
        this.#deps.notices.failure(`Op ${seq} could not be read`, error);
      },
    );
  }
}

function keyOf({ view, request }: NeededWindow): string {
  return `${view} ${request.anchor} ${request.before} ${request.after}`;
}
