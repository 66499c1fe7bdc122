// SPDX-License-Identifier: MIT OR Apache-2.0

/** Entries as people read them. */

import { tableLines } from '../../src/base/table.js';
import type { Entry, Unit } from '../entry.js';

/** `1.034 x`, `412 ns`, `1,234,567 ops/s`. */
export function formatFigure(value: number, unit: Unit): string {
  const size = Math.abs(value);
  const digits = unit === 'x' && size < 10 ? 3 : size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2;
  const text = value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${text} ${unit}`;
}

/** Least to greatest of the rounds; empty where there was one. */
export function formatSpread({ min, max, rounds, unit }: Entry): string {
  if (rounds < 2) return '';
  const of = (value: number) => formatFigure(value, unit).replace(/ \S+$/, '');
  return `${of(min)} to ${of(max)}`;
}

/** `pass: at most 1.05 x (fio ...)`. */
export function formatVerdict({ line, verdict, unit }: Entry): string {
  return line === undefined ? '' : `${verdict}: ${line.bound} ${formatFigure(line.limit, unit)} (${line.text})`;
}

/** The table for a terminal. */
export function figureTable(entries: readonly Entry[]): readonly string[] {
  const right = { align: 'right' } as const;
  return tableLines(
    [
      { title: 'measured' },
      { title: 'median', ...right },
      { title: 'spread', ...right },
      { title: 'line' },
      { title: 'what' },
    ],
    entries.map((entry) => [
      entry.name,
      formatFigure(entry.value, entry.unit),
      formatSpread(entry),
      formatVerdict(entry),
      withNote(entry),
    ]),
  );
}

export function withNote({ what, note }: Entry): string {
  return note === undefined ? what : `${what} (${note})`;
}
