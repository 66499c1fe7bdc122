// SPDX-License-Identifier: MIT OR Apache-2.0

import { AppError, isAbort, messageOf } from '../../base/errors.js';
import type { Trouble } from '../ports/replay-engine.js';
import type { Toast } from '../store/state.js';
import type { Store } from '../store/store.js';

const TOAST_MS = 6_000;

/** Says things to the person at the screen: in passing, or until they have taken notice. */
export class Notices {
  readonly #store: Store;
  #lastId = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  toast(tone: Toast['tone'], text: string, hint?: string): void {
    this.#lastId += 1;
    const id = this.#lastId;
    this.#store.dispatch({ type: 'ui/toast', toast: { id, tone, text, hint } });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#store.get().toast?.id === id) this.#store.dispatch({ type: 'ui/toast', toast: undefined });
    }, TOAST_MS);
    this.#timer.unref();
  }

  /** A failure that must not be missed. What was stopped on purpose is none. */
  failure(what: string, thrown: unknown): void {
    if (isAbort(thrown)) return;
    this.dialog(what, troubleOf(thrown));
  }

  dialog(title: string, trouble: Trouble): void {
    this.#store.dispatch({ type: 'ui/mode', mode: { kind: 'dialog', title, trouble } });
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** Message, reason and remedy of anything thrown. */
export function troubleOf(thrown: unknown): Trouble {
  if (thrown instanceof AppError) return { message: thrown.message, why: thrown.why, hint: thrown.hint };
  return { message: messageOf(thrown), why: undefined, hint: 'this is a bug of bento-rr; please report it' };
}
