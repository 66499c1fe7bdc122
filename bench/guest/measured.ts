// SPDX-License-Identifier: MIT OR Apache-2.0

/** One workload on one subject, as measure.sh tells it. Times in nanoseconds of the guest's clock. */
export type Measured = {
  readonly subject: string;
  readonly workload: string;
  readonly elapsedNs: number;
  /** Time in which the guest's processors had nothing to do. */
  readonly idleNs: number;
  /** What the reader of the recording took. */
  readonly collectorNs: number;
  /** Ops that the module answered; 0 where the kernel does not count them. */
  readonly ops: number;
};

export function measuredOf(text: string): readonly Measured[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('figure '))
    .map((line) => {
      const [, subject = '', workload = '', ...rest] = line.split(' ');
      const [elapsedNs, idleNs, collectorNs, ops] = rest.map(Number);
      if (
        elapsedNs === undefined ||
        idleNs === undefined ||
        collectorNs === undefined ||
        ops === undefined ||
        rest.some((word) => !/^-?\d+$/.test(word))
      ) {
        throw new Error(`the guest told a figure that is none: ${line}`);
      }
      return { subject, workload, elapsedNs, idleNs, collectorNs, ops };
    });
}

/** The measurements by subject and workload; absent ones are an error. */
export class MeasuredTable {
  readonly #found: ReadonlyMap<string, Measured>;

  constructor(all: readonly Measured[]) {
    this.#found = new Map(all.map((one) => [`${one.subject} ${one.workload}`, one]));
  }

  at(subject: string, workload: string): Measured {
    const found = this.#found.get(`${subject} ${workload}`);
    if (found === undefined) throw new Error(`${workload} was not measured on ${subject}`);
    return found;
  }
}

/** Instructions of the work in a guest whose clock counts them, without the recording's reader. */
export function instructions({ elapsedNs, idleNs, collectorNs }: Measured): number {
  return elapsedNs - idleNs - collectorNs;
}
