// SPDX-License-Identifier: MIT OR Apache-2.0

import { isAbort } from '../../base/errors.js';
import type { Stop } from '../ports/replay-engine.js';
import { neededAnswer } from '../store/needs.js';
import { nextDifference } from '../store/selectors.js';
import type { Deps } from './deps.js';
import { troubleOf } from './notices.js';

/** Differences collected before a run that does not stop at them goes on without looking at each. */
const COLLECTED_LIMIT = 1_000;

/** Drives the replay: opens it, runs it, and reads answer and digest at each place it stops. */
export class ReplayRunner {
  readonly #deps: Deps;
  #running: AbortController | undefined;
  #asked: bigint | undefined;
  /** Steps asked for while one is on its way; undefined when what runs is no step. */
  #owed: number | undefined;
  #closed = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  async open(): Promise<void> {
    const { store, engine } = this.#deps;
    const stop = new AbortController();
    this.#running = stop;
    store.dispatch({ type: 'run/opening', doing: 'looking for the module' });
    try {
      const module = await engine.open(stop.signal, (doing) => store.dispatch({ type: 'run/opening', doing }));
      store.dispatch({ type: 'run/opened', module });
    } catch (error) {
      if (this.#closed) return;
      const trouble = isAbort(error)
        ? { message: 'the replay was not opened', why: 'you stopped it' }
        : troubleOf(error);
      store.dispatch({ type: 'run/absent', trouble });
    } finally {
      if (this.#running === stop) this.#running = undefined;
    }
  }

  async step(by: 1 | -1): Promise<void> {
    const { store, notices } = this.#deps;
    if (store.get().run.phase === 'running') {
      if (this.#owed === undefined) notices.toast('info', 'a replay is running: Esc stops it');
      else this.#owed += by;
      return;
    }
    this.#owed = by;
    // Steps that came meanwhile are done in one go.
    while (this.#owed !== 0 && store.get().run.phase === 'ready' && !this.#closed) {
      const { run, trace } = store.get();
      const aim = run.position + BigInt(this.#owed);
      const target = aim < 1n ? 1n : aim > trace.last ? trace.last : aim;
      this.#owed = 0;
      if (target === run.position) break;
      await this.runTo(target, false);
      if (store.get().run.barrier !== undefined) break;
    }
    this.#owed = undefined;
  }

  /** Goes to just after an op (or to the end); with `stopAtNext`, no further than the next difference. */
  async runTo(target: bigint | 'end', stopAtNext: boolean): Promise<void> {
    const { store, notices, engine } = this.#deps;
    const { run, trace } = store.get();
    if (run.phase !== 'ready') return;
    const stop = new AbortController();
    this.#running = stop;
    const end = target === 'end' ? trace.last : target;
    store.dispatch({ type: 'run/started', target: end });
    const options = { signal: stop.signal, onProgress: (seq: bigint) => store.dispatch({ type: 'run/progress', seq }) };
    try {
      const known = stopAtNext ? nextDifference(store.get(), run.position, 1) : undefined;
      let result: Stop | undefined;
      if (known !== undefined && known.seq <= end) {
        // Found before: no need to look for it again.
        const there = await engine.runTo(known.seq, { ...options, stopAtDivergence: false });
        result = there.reason === 'reached' ? { ...there, reason: 'diverged', difference: known } : there;
      } else {
        result = await this.#explore(target, end, stopAtNext, options);
      }
      store.dispatch({ type: 'run/stopped', stop: result, announce: stopAtNext || run.compared < result.seq });
      this.#tell(result, stopAtNext);
    } catch (error) {
      if (this.#closed) return;
      store.dispatch({ type: 'run/failed', trouble: troubleOf(error) });
      notices.failure('The replay failed', error);
    } finally {
      if (this.#running === stop) this.#running = undefined;
    }
  }

  /** Over ground that is known without stopping, beyond it from difference to difference. */
  async #explore(
    target: bigint | 'end',
    end: bigint,
    stopAtNext: boolean,
    options: { readonly signal: AbortSignal; readonly onProgress: (seq: bigint) => void },
  ): Promise<Stop> {
    const { store, engine } = this.#deps;
    const { run } = store.get();
    if (end <= run.compared) return engine.runTo(end, { ...options, stopAtDivergence: false });
    if (run.position < run.compared) {
      const there = await engine.runTo(run.compared, { ...options, stopAtDivergence: false });
      if (there.reason !== 'reached') return there;
    }
    for (let collected = 0; ; collected += 1) {
      const stopAtDivergence = stopAtNext || collected < COLLECTED_LIMIT;
      const stop = await engine.runTo(target, { ...options, stopAtDivergence });
      if (stop.reason !== 'diverged' || stopAtNext || stop.seq >= end) return stop;
      if (stop.difference !== undefined) store.dispatch({ type: 'run/found', difference: stop.difference });
    }
  }

  cancel(): void {
    this.#running?.abort();
  }

  /** Reads the answer and the digest of the place the run stands at, when they are missing. */
  sync(): void {
    const seq = neededAnswer(this.#deps.store.get());
    if (seq === undefined || seq === this.#asked) return;
    this.#asked = seq;
    void this.#readPlace(seq);
  }

  async #readPlace(seq: bigint): Promise<void> {
    const { store, engine, notices } = this.#deps;
    try {
      const actual = await engine.actual();
      store.dispatch({ type: 'run/answer', seq: actual.seq, answer: actual.answer });
      const device = await engine.digest();
      // The run may have moved on meanwhile; then the digest is of another place.
      if (store.get().run.position === seq) store.dispatch({ type: 'run/digest', seq, device });
    } catch (error) {
      if (!this.#closed)
        notices.toast('warn', `the answer at op ${seq} could not be read: ${troubleOf(error).message}`);
    } finally {
      // What was answered is known to the state now; only a failure is not asked for again at once.
      if (neededAnswer(store.get()) !== seq) this.#asked = undefined;
    }
  }

  #tell(stop: Stop, stopAtNext: boolean): void {
    const { store, notices } = this.#deps;
    const { differences } = store.get().run;
    if (stop.reason === 'crashed') {
      const message = `it crashed while answering op ${stop.seq + 1n}`;
      notices.dialog('The module crashed', {
        message,
        why: stop.message,
        hint: 'S goes back before it, as does Enter on an earlier op',
      });
    }
    if (stop.reason === 'refused') notices.toast('bad', `the replay cannot go on: ${stop.message}`);
    else if (stop.reason === 'cancelled') notices.toast('warn', `stopped after op ${stop.seq}`);
    else if (stop.reason === 'end' && differences.length === 0) {
      notices.toast('good', 'the end: every answer is the same');
    } else if (stop.reason === 'end' && stopAtNext) notices.toast('info', 'the end: no further divergence');
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#running?.abort();
    await this.#deps.engine.close();
  }
}
