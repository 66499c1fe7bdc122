// SPDX-License-Identifier: MIT OR Apache-2.0

/** What a command gets from the outside world. Nothing else in a command may reach for it, so a test needs no mocks. */

import type { Readable } from 'node:stream';
import type { Ns } from '../base/ids.js';
import type { Output } from './output/output.js';
import type { OutputStream } from './output/sink.js';
import type { Talk } from './output/talk.js';
import type { Paths } from './paths.js';

export type Env = Readonly<Record<string, string | undefined>>;

/** Facts about the machine that only the process knows. */
export type Machine = {
  readonly nodeVersion: string;
  readonly root: boolean;
};

/** The world as `main` is given it: the process in entry.ts, objects in tests. */
export type World = {
  readonly argv: readonly string[];
  readonly env: Env;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly cwd: string;
  /** Folder of the installed package or the checkout; `dist/` and, in a checkout, `rust-fs/` are in it. */
  readonly home: string;
  readonly machine: Machine;
  /** Wall clock. */
  readonly now: () => Ns;
  /** A clock that never jumps, for measuring. */
  readonly monotonic: () => Ns;
  /** Aborted at the first SIGINT or SIGTERM: finish what is half done, then return. */
  readonly signal: AbortSignal;
};

export type GlobalFlags = {
  /** One JSON document on stdout instead of text. */
  readonly json: boolean;
  /** Only errors on stderr. */
  readonly quiet: boolean;
  /** How often -v was given. */
  readonly verbose: number;
  readonly pager: boolean;
};

/** The world, and what the global options make of it. `cwd` has -C applied. */
export type Context = World & {
  readonly flags: GlobalFlags;
  /** Data: stdout. */
  readonly out: Output;
  /** Talk: stderr. */
  readonly talk: Talk;
  readonly paths: Paths;
};
