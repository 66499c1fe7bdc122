// SPDX-License-Identifier: MIT OR Apache-2.0

import { isAbort } from '../../base/errors.js';
import { parseU64, seq as toSeq } from '../../base/ids.js';
import { here } from '../store/selectors.js';
import type { PromptKind, State } from '../store/state.js';
import type { Deps } from './deps.js';
import { ScanReport } from './scan-report.js';

/** Prompts, filter, search and going to a number. */
export class Finder {
  readonly #deps: Deps;
  #searching: AbortController | undefined;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  openPrompt(kind: PromptKind): void {
    const state = this.#deps.store.get();
    const text =
      kind === 'filter' ? (state.ops.filter?.text ?? '') : kind === 'search' ? (state.search?.text ?? '') : '';
    this.#setPrompt(kind, text, text.length);
  }

  /** New text in the open prompt, with what is wrong with it. */
  editPrompt(text: string, cursor: number): void {
    const { mode } = this.#deps.store.get();
    if (mode.kind === 'prompt') this.#setPrompt(mode.prompt.kind, text, cursor);
  }

  submitPrompt(): void {
    const { store } = this.#deps;
    const { mode } = store.get();
    if (mode.kind !== 'prompt') return;
    store.dispatch({ type: 'ui/mode', mode: { kind: 'browse' } });
    const { kind, text } = mode.prompt;
    if (kind === 'goto') this.goTo(text);
    else if (kind === 'filter') this.setFilter(text);
    else this.setSearch(text);
  }

  goTo(text: string): void {
    const { store, notices } = this.#deps;
    const mistake = gotoMistake(text, store.get());
    const place = placeOf(text, store.get());
    if (mistake !== undefined) notices.toast('bad', mistake);
    else if (place !== undefined) store.dispatch({ type: 'ops/jump', seq: toSeq(place) });
  }

  setFilter(text: string): void {
    const { store, source, notices } = this.#deps;
    if (text.trim() === '') {
      if (store.get().ops.filter !== undefined) store.dispatch({ type: 'ops/filter', filter: undefined });
      return;
    }
    const parsed = source.parseFilter(text);
    if (parsed.ok) store.dispatch({ type: 'ops/filter', filter: parsed.value });
    else notices.toast('bad', `the filter is not set: ${parsed.error.message}`);
  }

  setSearch(text: string): void {
    const { store, source, notices } = this.#deps;
    if (text.trim() === '') {
      store.dispatch({ type: 'ui/search', filter: undefined });
      return;
    }
    const parsed = source.parseFilter(text);
    if (parsed.ok) {
      store.dispatch({ type: 'ui/search', filter: parsed.value });
      void this.search(1);
    } else notices.toast('bad', `cannot search for that: ${parsed.error.message}`);
  }

  async search(direction: 1 | -1): Promise<void> {
    const { store, source, notices } = this.#deps;
    const state = store.get();
    if (state.search === undefined) return;
    this.#searching?.abort();
    const stop = new AbortController();
    this.#searching = stop;
    const report = new ScanReport(store, `searching ${state.search.text}`);
    try {
      const found = await source.find(state.search, here(state), direction, {
        signal: stop.signal,
        onProgress: (looked) => report.at(looked),
      });
      report.end();
      if (found !== undefined) store.dispatch({ type: 'ops/jump', seq: found });
      else notices.toast('info', `no ${direction === 1 ? 'later' : 'earlier'} op fits ${state.search.text}`);
    } catch (error) {
      report.end();
      if (isAbort(error)) notices.toast('warn', 'the search was stopped');
      else notices.failure('The search failed', error);
    } finally {
      if (this.#searching === stop) this.#searching = undefined;
    }
  }

  cancel(): void {
    this.#searching?.abort();
  }

  #setPrompt(kind: PromptKind, text: string, cursor: number): void {
    const { store } = this.#deps;
    const mistake = this.#mistakeIn(kind, text);
    store.dispatch({ type: 'ui/mode', mode: { kind: 'prompt', prompt: { kind, text, cursor, mistake } } });
  }

  #mistakeIn(kind: PromptKind, text: string): string | undefined {
    if (text.trim() === '') return undefined;
    if (kind === 'goto') return gotoMistake(text, this.#deps.store.get());
    const parsed = this.#deps.source.parseFilter(text);
    return parsed.ok ? undefined : parsed.error.message;
  }
}

/** `123`, `0x7b`, `50%`, `end`, `+10`, `-10`; empty is nowhere. */
function placeOf(text: string, state: State): bigint | undefined {
  const trimmed = text.trim();
  const { ops, first, last } = state.trace;
  if (trimmed === 'end' || trimmed === '$') return last;
  const percent = /^(\d{1,3})%$/.exec(trimmed)?.[1];
  if (percent !== undefined) return within(first + (ops * BigInt(percent)) / 100n, first, last);
  const relative = /^([+-])(.+)$/.exec(trimmed);
  const parsed = parseU64(relative?.[2] ?? trimmed);
  if (!parsed.ok) return undefined;
  if (relative === null) return parsed.value;
  return within(relative[1] === '+' ? here(state) + parsed.value : here(state) - parsed.value, first, last);
}

function within(value: bigint, first: bigint, last: bigint): bigint {
  return value < first ? first : value > last ? last : value;
}

function gotoMistake(text: string, state: State): string | undefined {
  const place = placeOf(text, state);
  if (text.trim() === '') return undefined;
  if (place === undefined) return 'write a seq, +N, -N, N% or end';
  const { first, last } = state.trace;
  if (place < first || place > last) return `there is no op ${place}: the trace has ${first} to ${last}`;
  return undefined;
}
