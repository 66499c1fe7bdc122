// SPDX-License-Identifier: MIT OR Apache-2.0

/**
 * The exit codes of every command, one table for code, help and docs.
 * Scripts depend on these: add, never renumber.
 */
export const EXIT = {
  /** Same, passed, or simply done. */
  ok: 0,
  /** A divergence was found, or the gate refused: an answer, not trouble. */
  diverged: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The trace cannot be read: missing, damaged, truncated, or of a future format. */
  trace: 3,
  /** The machine lacks something: a program, a permission, a device, disk space. */
  environment: 4,
  /** The host or a module crashed, or bento-rr itself has a bug. */
  crashed: 5,
  /** This version cannot be judged (inside a bisection). */
  skip: 125,
  /** Ended by SIGINT (128 + 2). */
  interrupted: 130,
  /** Ended by SIGTERM (128 + 15). */
  terminated: 143,
} as const;

/** Any status a command may end with; `record` also passes on the status of its command. */
export type ExitCode = number;
