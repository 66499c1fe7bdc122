// SPDX-License-Identifier: MIT OR Apache-2.0

import { join } from 'node:path';
import type { BenchWorld } from './bench.js';
import { runMounted } from './mounted.js';
import type { Workload } from './workloads/workload.js';

/** Traces of the workloads, each recorded once and used by every benchmark that needs one. */
export class TraceShelf {
  readonly #folder: string;
  readonly #whole = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Where a trace of this workload belongs. */
  path(fs: string, workload: Workload, threads?: number): string {
    return join(this.#folder, `${fs}-${workload.name}${threads === undefined ? '' : `-${threads}`}.btr`);
  }

  /** A recording into `path` has ended; only one that lost nothing can be replayed. */
  offer(fs: string, workload: Workload, dropped: number): void {
    const path = this.path(fs, workload);
    if (dropped === 0) this.#whole.add(path);
    else this.#whole.delete(path);
  }

  /** A whole trace, recorded now if there is none yet; the mount then waits for the recorder rather than losing ops. */
  async take(world: BenchWorld, fs: string, workload: Workload, threads?: number): Promise<string> {
    const path = this.path(fs, workload, threads);
    if (!this.#whole.has(path)) {
      world.say(`recording ${workload.name} on ${fs}`);
      const { dropped } = await runMounted(world, { fs, workload, trace: path, policy: 'block', threads });
      if (dropped > 0) throw new Error(`recording ${workload.name} lost ${dropped} ops though it may wait`);
      this.#whole.add(path);
    }
    return path;
  }
}
