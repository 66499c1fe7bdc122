// SPDX-License-Identifier: MIT OR Apache-2.0

/** What the TUI wants of a trace, in the words of its screen. adapters/trace-file.ts makes it of src/trace. */

import type { Seq } from '../../base/ids.js';
import type { Result } from '../../base/result.js';

export type TraceFacts = {
  readonly path: string;
  /** Last part of the path. */
  readonly name: string;
  readonly ops: bigint;
  /** Numbers of the first and the last op; 1 and 0 in a trace without ops. */
  readonly first: bigint;
  readonly last: bigint;
  /** Ops known to be missing, by the account of the whole recording. */
  readonly dropped: bigint;
  readonly complete: boolean;
  /** Name of the recorded file system. */
  readonly fsName: string;
  /** Revision of the recorded module; empty when unknown. */
  readonly revision: string;
  readonly recordedBy: string;
  readonly command: string;
  /** CLOCK_REALTIME when recording began, nanoseconds. */
  readonly startNs: bigint;
  readonly bytes: bigint;
  /** In words, such as that the tail is lost. */
  readonly warnings: readonly string[];
};

/** One line of the timeline. */
export type OpRow = {
  readonly seq: Seq;
  /** CLOCK_REALTIME of its begin, nanoseconds. */
  readonly beginNs: bigint;
  readonly durationNs: bigint;
  readonly thread: number;
  /** `LOOKUP`. */
  readonly op: string;
  /** Path or what else the op is about, control characters escaped. */
  readonly subject: string;
  /** `ENOENT`, `ino 12`, `4096 bytes`, `ok`. */
  readonly result: string;
  readonly failed: boolean;
  /** Ops known to be missing just before this one. */
  readonly gapBefore: bigint;
};

/** One named value; names are those of the host's divergences (`entry.attr.size`). */
export type Field = { readonly name: string; readonly value: string };

/** All that is known of one op. */
export type OpDetail = {
  readonly row: OpRow;
  readonly request: readonly Field[];
  readonly answer: readonly Field[];
  /** What the module took from outside: locks, random bytes, failures. */
  readonly taken: readonly Field[];
};

declare const filterBrand: unique symbol;
/** A checked filter; only the source that made it can read it. */
export type Filter = { readonly text: string; readonly [filterBrand]: true };

export type FilterMistake = {
  readonly message: string;
  /** Where in the text. */
  readonly at: number;
};

export type OpsWindow = {
  readonly rows: readonly OpRow[];
  /** Nothing of the view lies before the first row, after the last row. */
  readonly startReached: boolean;
  readonly endReached: boolean;
};

export type WindowRequest = {
  /** Rows before and from this op on. */
  readonly anchor: Seq;
  readonly before: number;
  readonly after: number;
  readonly filter: Filter | undefined;
};

export type ScanOptions = {
  readonly signal: AbortSignal;
  /** Ops looked at so far. */
  readonly onProgress: (looked: bigint) => void;
};

export type TraceSource = {
  readonly facts: TraceFacts;
  /** A part of the view. Reads as much of the trace as it must, and no more. */
  readonly window: (request: WindowRequest, options: ScanOptions) => Promise<OpsWindow>;
  readonly detail: (seq: Seq, signal: AbortSignal) => Promise<OpDetail>;
  /** Whether rows up to this op have their paths; when not, they have inode numbers until `learnNames` is through. */
  readonly namesKnown: (seq: bigint) => boolean;
  readonly learnNames: (seq: bigint, options: ScanOptions) => Promise<void>;
  readonly parseFilter: (text: string) => Result<Filter, FilterMistake>;
  /** The nearest op after (or before) `from`, itself excluded, that fits. */
  readonly find: (filter: Filter, from: bigint, direction: 1 | -1, options: ScanOptions) => Promise<Seq | undefined>;
  readonly close: () => Promise<void>;
};
