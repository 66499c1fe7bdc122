// SPDX-License-Identifier: MIT OR Apache-2.0

/** What rounds of one measurement say. */
export type Sample = {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
};

/** The median and the spread. Throws for a value that is no number: a measurement that failed must not look like one. */
export function sampleOf(values: readonly number[]): Sample {
  const wrong = values.find((value) => !Number.isFinite(value));
  if (values.length === 0 || wrong !== undefined) {
    throw new RangeError(values.length === 0 ? 'nothing was measured' : `a measurement gave ${wrong}`);
  }
  const sorted = sort(values);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
  return { median, min: sorted[0] as number, max: sorted.at(-1) as number, count: values.length };
}

/** The value that a share (0 to 1) of all values does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = sort(values);
  const at = Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1));
  return sorted[at] ?? Number.NaN;
}

function sort(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}
