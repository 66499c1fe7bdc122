// SPDX-License-Identifier: MIT OR Apache-2.0

import { HostError } from '../base/errors.js';
import type { Progress, RequestCallInit, Response, ResponseResult } from '../proto/gen/host.js';
import { failureOf, strangeAnswer } from './failure.js';
import type { HostProcess } from './host-process.js';

/** What every call that waits may be given. */
export type CallOptions = {
  /** Stops the call between two ops; when the host does not heed it, the host is ended. */
  readonly signal?: AbortSignal | undefined;
  /** Longest silence of the host, milliseconds. */
  readonly silenceMs?: number | undefined;
  /** Told as the call goes on. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
};

/** How long a cancelled call may still take. */
const CANCEL_GRACE_MS = 3_000;
const SILENCE_MS = 60_000;

/** The message of an answer of one kind. */
export type AnswerOf<K extends ResponseResult['kind']> = Extract<ResponseResult, { readonly kind: K }>['value'];

type Open = {
  readonly id: bigint;
  readonly name: string;
  readonly options: CallOptions;
  readonly resolve: (result: ResponseResult | undefined) => void;
  readonly reject: (error: unknown) => void;
  timer: NodeJS.Timeout | undefined;
};

/**
 * One question at a time: a Cancel then always means the call that is running, and a deadline always the call whose
 * answer is late. Whoever asks meanwhile waits in line.
 */
export class Conversation {
  #host: HostProcess | undefined;
  #lost: HostError | undefined;
  #open: Open | undefined;
  #line: Promise<unknown> = Promise.resolve();
  #nextId = 1n;

  attach(host: HostProcess): void {
    this.#host = host;
  }

  /** Asks, and gives the answer, which must be of `kind`. */
  async ask<K extends ResponseResult['kind']>(
    call: RequestCallInit,
    kind: K,
    options: CallOptions = {},
  ): Promise<AnswerOf<K>> {
    const answer = this.#line.then(() => this.#exchange(call, options));
    this.#line = answer.catch(() => {});
    // A caller that gave up while waiting in line need not wait for its turn.
    const result = await abandonable(answer, options.signal, () => this.#open?.options !== options);
    if (result === undefined || result.kind !== kind) throw strangeAnswer(call.kind, result?.kind);
    return result.value as AnswerOf<K>;
  }

  /** For the process: a message came. */
  heard(response: Response): void {
    const open = this.#open;
    // The answer to a Cancel, or to a call that was given up.
    if (open === undefined || response.id !== open.id) return;
    this.#watch(open, open.options.silenceMs ?? SILENCE_MS);
    const { result } = response;
    if (result?.kind === 'progress') {
      open.options.onProgress?.(result.value);
      if (response.more) return;
    }
    if (result?.kind === 'failure') open.reject(failureOf(result.value));
    else open.resolve(result);
  }

  /** For the process: no more messages will come. */
  gone(error: HostError): void {
    this.#lost ??= error;
    this.#open?.reject(this.#lost);
  }

  async #exchange(call: RequestCallInit, options: CallOptions): Promise<ResponseResult | undefined> {
    options.signal?.throwIfAborted();
    if (this.#lost !== undefined) throw this.#lost;
    const host = this.#host;
    if (host === undefined) throw new HostError('E_HOST_CLOSED', 'bento-host has not been started');
    const id = this.#nextId++;
    const cancel = () => this.#cancel(id);
    try {
      const answer = await new Promise<ResponseResult | undefined>((resolve, reject) => {
        this.#open = { id, name: call.kind, options, resolve, reject, timer: undefined };
        this.#watch(this.#open, options.silenceMs ?? SILENCE_MS);
        options.signal?.addEventListener('abort', cancel, { once: true });
        host.send({ id, call });
      });
      options.signal?.throwIfAborted();
      return answer;
    } catch (error) {
      // Whatever becomes of a cancelled call, its caller hears that it was cancelled.
      options.signal?.throwIfAborted();
      throw error;
    } finally {
      clearTimeout(this.#open?.timer);
      this.#open = undefined;
      options.signal?.removeEventListener('abort', cancel);
    }
  }

  #cancel(id: bigint): void {
    const open = this.#open;
    if (open === undefined || open.id !== id) return;
    this.#host?.send({ id: this.#nextId++, call: { kind: 'cancel', value: {} } });
    this.#watch(open, CANCEL_GRACE_MS);
  }

  #watch(open: Open, milliseconds: number): void {
    clearTimeout(open.timer);
    const limit = open.options.signal?.aborted ? Math.min(milliseconds, CANCEL_GRACE_MS) : milliseconds;
    open.timer = setTimeout(() => {
      const words = this.#host?.lastWords ?? '';
      this.#host?.kill(
        new HostError('E_HOST_SILENT', `bento-host did not answer ${open.name} within ${limit / 1000} s`, {
          ...(words === '' ? {} : { why: `its last words:\n${words}` }),
          hint: 'this is a bug of the host: please report it with the trace if you can',
        }),
      );
    }, limit);
  }
}

/** The promise, or the abort when that comes first and `may` allows it at that time. */
function abandonable<T>(promise: Promise<T>, signal: AbortSignal | undefined, may: () => boolean): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => {
      if (may()) reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
