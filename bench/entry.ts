// SPDX-License-Identifier: MIT OR Apache-2.0

import { type Line, reaches } from './lines.js';
import { type Sample, sampleOf } from './measure/sample.js';

export type Unit = 'x' | 'ns' | 'ms' | 's' | 'ops' | 'ops/s' | 'B/op' | 'MiB' | 'M' | 'insn/op';

/** One measured number. */
export type Entry = {
  /** Stable: `record.storm.cost`. */
  readonly name: string;
  /** In words. */
  readonly what: string;
  /** The median. */
  readonly value: number;
  readonly unit: Unit;
  /** Least and greatest of the rounds, and how many there were. */
  readonly min: number;
  readonly max: number;
  readonly rounds: number;
  /** The line it is for, if any. */
  readonly line?: Line;
  readonly verdict: 'pass' | 'short' | 'info';
  readonly note?: string;
};

type EntryWords = Pick<Entry, 'name' | 'what' | 'unit'> & { readonly line?: Line | undefined; readonly note?: string };

/** Makes an entry of what was measured: one number, or one a round. */
export function entry(words: EntryWords, measured: number | readonly number[]): Entry {
  const { name, what, unit, line, note } = words;
  const sample: Sample = sampleOf(typeof measured === 'number' ? [measured] : measured);
  return {
    name,
    what,
    value: sample.median,
    unit,
    min: sample.min,
    max: sample.max,
    rounds: sample.count,
    verdict: line === undefined ? 'info' : reaches(line, sample.median) ? 'pass' : 'short',
    ...(line === undefined ? {} : { line }),
    ...(note === undefined ? {} : { note }),
  };
}
