// SPDX-License-Identifier: MIT OR Apache-2.0

import type { Surroundings } from '../src/host/locate.js';
import type { Entry } from './entry.js';
import type { TraceShelf } from './trace-shelf.js';

/** One group of measurements; its name is for `--only`. */
export type Bench = {
  readonly name: string;
  readonly summary: string;
  /** Runs only when it is named: it needs what not every machine has. */
  readonly asked?: boolean;
  /** Hands out entries as they are measured. */
  readonly run: (world: BenchWorld) => AsyncIterable<Entry>;
};

/** What benchmarks measure with. */
export type BenchWorld = {
  /** The checkout. */
  readonly root: string;
  /** The bundle of probe/main.ts. */
  readonly probe: string;
  /** A folder for images and traces, gone at the end. */
  readonly scratch: string;
  /** Smallest sizes and one round: shows that all works, and measures nothing worth keeping. */
  readonly quick: boolean;
  readonly rounds: number;
  readonly surroundings: Surroundings;
  /** Path of a file system's module. */
  readonly module: (name: string) => Promise<string>;
  readonly traces: TraceShelf;
  readonly say: (text: string) => void;
};
