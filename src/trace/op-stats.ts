// SPDX-License-Identifier: MIT OR Apache-2.0

import type { DecodedChunk } from './decoded-chunk.js';
import { LatencyHistogram } from './latency.js';
import { OPCODE_LIMIT, type OpName, opName } from './opcodes.js';

/** One row of the table of ops. */
export type OpStats = {
  readonly name: OpName;
  readonly count: number;
  readonly errors: number;
  /** Nanoseconds. */
  readonly total: bigint;
  readonly mean: bigint;
  readonly p50: bigint;
  readonly p99: bigint;
  readonly p999: bigint;
  readonly max: bigint;
};

/** Counts and latencies by op; needs no more of an op than its columns. */
export class OpStatistics {
  readonly #latency: (LatencyHistogram | undefined)[] = new Array(OPCODE_LIMIT);
  readonly #errors = new Array<number>(OPCODE_LIMIT).fill(0);
  readonly #threads = new Set<number>();
  #ops = 0;

  add(chunk: DecodedChunk): void {
    const { opcode, errno, duration, thread } = chunk.heads;
    this.#ops += chunk.count;
    for (let index = 0; index < chunk.count; index++) {
      const code = opcode[index] as number;
      this.#latency[code] ??= new LatencyHistogram();
      this.#latency[code].add(duration[index] as bigint);
      if (errno[index] !== 0) this.#errors[code] = (this.#errors[code] ?? 0) + 1;
      this.#threads.add(thread[index] as number);
    }
  }

  get ops(): number {
    return this.#ops;
  }

  get threads(): number {
    return this.#threads.size;
  }

  /** The most frequent first. */
  rows(): readonly OpStats[] {
    const rows = this.#latency.flatMap((latency, code): OpStats[] =>
      latency === undefined
        ? []
        : [
            {
              name: opName(code),
              count: latency.count,
              errors: this.#errors[code] ?? 0,
              total: latency.total,
              mean: latency.mean,
              p50: latency.percentile(0.5),
              p99: latency.percentile(0.99),
              p999: latency.percentile(0.999),
              max: latency.max,
            },
          ],
    );
    return rows.sort((a, b) => b.count - a.count);
  }
}
