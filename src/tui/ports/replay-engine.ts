// SPDX-License-Identifier: MIT OR Apache-2.0

/** What the TUI wants of a replay. adapters/host-replay.ts makes it of src/host. */

import type { Field } from './trace-source.js';

/** Why something cannot be done, in the three parts of every error. */
export type Trouble = {
  readonly message: string;
  readonly why?: string | undefined;
  readonly hint?: string | undefined;
};

export type ModuleFacts = {
  readonly fsName: string;
  readonly revision: string;
  readonly buildId: string;
  readonly path: string;
};

export type FieldDifference = {
  readonly field: string;
  readonly expected: string;
  readonly actual: string;
};

/** One op that the replay answered otherwise than the trace. */
export type Difference = {
  readonly seq: bigint;
  /** "reply", "tree", "block", "state", "order", "crash". */
  readonly kind: string;
  readonly op: string;
  readonly fields: readonly FieldDifference[];
};

export type Stop = {
  readonly reason: 'reached' | 'end' | 'diverged' | 'crashed' | 'refused' | 'cancelled';
  /** Last op that was answered: the place of the run. */
  readonly seq: bigint;
  /** The difference at `seq` when the reason is `diverged`; otherwise the first one of the run, when there is any. */
  readonly difference: Difference | undefined;
  /** In words: why it was refused, what the module's panic said. */
  readonly message: string;
};

export type TreeNode = {
  /** Absolute, control characters escaped: for people. */
  readonly path: string;
  /** The bytes: for asking. */
  readonly raw: Uint8Array;
  readonly name: string;
  readonly kind: 'directory' | 'file' | 'symlink' | 'other';
  readonly ino: bigint;
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  /** Target of a symbolic link. */
  readonly target: string;
  /** Names and values of extended attributes. */
  readonly xattrs: readonly Field[];
};

export type TreeListing = {
  /** The directory itself first, then what is in it. */
  readonly nodes: readonly TreeNode[];
  readonly cut: boolean;
};

export type FilePart = { readonly data: Uint8Array; readonly fileSize: bigint };

export type RunOptions = {
  readonly stopAtDivergence: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (seq: bigint) => void;
};

export type ReplayEngine = {
  /** Finds or builds the module, starts the host and opens the run. Throws an AppError that says what is missing. */
  readonly open: (signal: AbortSignal, onProgress: (what: string) => void) => Promise<ModuleFacts>;
  /** Goes to the place just after an op, forward or back. */
  readonly runTo: (target: bigint | 'end', options: RunOptions) => Promise<Stop>;
  /** The module's own answer to the op at the run's place. */
  readonly actual: () => Promise<{ readonly seq: bigint; readonly answer: readonly Field[] }>;
  readonly tree: (path: Uint8Array, limit: number) => Promise<TreeListing>;
  readonly readFile: (path: Uint8Array, size: number) => Promise<FilePart>;
  readonly digest: () => Promise<bigint>;
  readonly close: () => Promise<void>;
};
