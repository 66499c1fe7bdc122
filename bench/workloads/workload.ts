// SPDX-License-Identifier: MIT OR Apache-2.0

/** Real work on a mount, the same each time. */
export type Workload = {
  readonly name: string;
  readonly what: string;
  /** Its trace is all metadata: the lines on sizes and rates are for such. */
  readonly metadata: boolean;
  /** The work is of fixed size: its time divided by its ops is the time of an op. */
  readonly fixed: boolean;
  /** What has to be there before the time runs. */
  readonly prepare?: (on: Place) => Promise<void>;
  readonly run: (on: Place) => Promise<Work>;
};

export type Place = {
  /** Folder on the mount. */
  readonly folder: string;
  /** Folder beside it, on the machine's own file system, for what all rounds share. */
  readonly shelf: string;
  readonly quick: boolean;
  /** The checkout. */
  readonly root: string;
  /** The probe's bundle: programs of our own that run in a process of their own. */
  readonly probe: string;
};

/** How long how much work took. The amount is 1 where it is fixed. */
export type Work = { readonly elapsedNs: number; readonly amount: number };

/** Time of one unit of work. */
export function perUnit(work: Work): number {
  return work.elapsedNs / work.amount;
}
