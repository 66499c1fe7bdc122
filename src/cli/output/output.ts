// SPDX-License-Identifier: MIT OR Apache-2.0

import { type JsonValue, toJson } from '../../base/json.js';
import { makeStyle, type Style } from '../../base/style.js';
import { type Column, tableLines } from '../../base/table.js';
import type { Env } from '../context.js';
import { Pager, pagerCommand } from './pager.js';
import { type OutputStream, Sink } from './sink.js';

export type OutputOptions = {
  readonly env: Env;
  readonly color: boolean;
  /** Whether a pager may be used at all (it is used on a terminal only). */
  readonly pager: boolean;
};

/** Data on stdout. Every call waits until the reader has room; none may be left unawaited. */
export class Output {
  readonly style: Style;
  readonly #stream: OutputStream;
  readonly #sink: Sink;
  readonly #options: OutputOptions;

  constructor(stream: OutputStream, options: OutputOptions) {
    this.#stream = stream;
    this.#sink = new Sink(stream);
    this.#options = options;
    this.style = makeStyle(options.color);
  }

  /** Whether a person is looking. */
  get isTTY(): boolean {
    return this.#stream.isTTY === true;
  }

  /** Cells a line may take; 80 when nobody says. */
  get columns(): number {
    const stated = Number(this.#options.env.COLUMNS);
    return this.#stream.columns ?? (Number.isInteger(stated) && stated > 0 ? stated : 80);
  }

  /** Text or bytes as they are. */
  async write(chunk: string | Uint8Array): Promise<void> {
    await this.#sink.write(chunk);
  }

  async line(text = ''): Promise<void> {
    await this.#sink.write(`${text}\n`);
  }

  /** The one document of a `--json` run. */
  async json(document: JsonValue): Promise<void> {
    await this.#sink.write(`${toJson(document)}\n`);
  }

  async table(columns: readonly Column[], rows: readonly (readonly string[])[]): Promise<void> {
    const [title, ...rest] = tableLines(columns, rows);
    if (title === undefined) return;
    const titled = columns.some((column) => column.title !== '');
    await this.#sink.write(`${[titled ? this.style.bold(title) : title, ...rest].join('\n')}\n`);
  }

  /** Lines of any number: through the pager on a terminal, straight out otherwise. */
  async page(lines: Iterable<string> | AsyncIterable<string>): Promise<void> {
    const command = this.#options.pager && this.isTTY ? pagerCommand(this.#options.env) : undefined;
    const pager = command === undefined ? undefined : await Pager.start(command, this.#options.env);
    try {
      for await (const text of lines) {
        if (pager === undefined) await this.line(text);
        else if (!(await pager.write(`${text}\n`))) break;
      }
    } finally {
      await pager?.end();
    }
  }
}
