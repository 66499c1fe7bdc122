// SPDX-License-Identifier: MIT OR Apache-2.0

import type { Socket } from 'node:net';

/** The line to the agent in a guest (kernel/vm/agent.sh): words there, words back. */
export class ControlLine {
  /** Settles when the agent waits for orders. */
  readonly ready: Promise<'ready'>;
  #markReady: () => void = () => {};
  #socket: Socket | undefined;
  #rest = '';
  readonly #waiting = new Map<string, (status: number) => void>();
  #told: (() => void)[] = [];

  constructor() {
    this.ready = new Promise((resolve) => {
      this.#markReady = () => resolve('ready');
    });
  }

  attach(socket: Socket): void {
    this.#socket = socket;
    socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = (this.#rest + text).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.#hear(line.trim());
    });
  }

  send(line: string): void {
    this.#socket?.write(`${line}\n`);
  }

  /** Settles with the job's status when it is done. */
  done(job: string): Promise<number> {
    return new Promise((resolve) => {
      this.#waiting.set(job, resolve);
    });
  }

  /** Settles when the agent has made the kernel say what hangs. */
  told(): Promise<'told'> {
    return new Promise((resolve) => {
      this.#told.push(() => resolve('told'));
    });
  }

  close(): void {
    this.#socket?.destroy();
  }

  #hear(line: string): void {
    const [word, job = '', status = ''] = line.split(' ');
    if (word === 'ready') this.#markReady();
    if (word === 'done') {
      this.#waiting.get(job)?.(Number(status));
      this.#waiting.delete(job);
    }
    if (word === 'told') {
      for (const tell of this.#told) tell();
      this.#told = [];
    }
  }
}
