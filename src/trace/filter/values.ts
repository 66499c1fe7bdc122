// SPDX-License-Identifier: MIT OR Apache-2.0

import { errnoOf } from '../errno-names.js';
import { opcodeOf } from '../opcodes.js';
import type { NumberField } from './terms.js';

/** A number, or both ends of a range. */
export type Range = { readonly low: bigint; readonly high: bigint };

/** What a value would have to be, for the message when it is not. */
export const UNIT_WORDS: Readonly<Record<NumberField['unit'], string>> = {
  plain: 'a whole number, such as 12 or 0x1f',
  span: 'a span of time, such as 3us or 1.5ms',
  time: 'a span since the begin, such as 1.5s, or an ISO-8601 time',
  errno: 'an errno, such as ENOENT or 2',
  op: 'an op, such as LOOKUP',
};

/** The value or the range `low-high` that a text means; undefined when it means none. */
export function parseRange(text: string, unit: NumberField['unit'], startNs: bigint): Range | undefined {
  const single = parseOne(text, unit, startNs);
  if (single !== undefined) return { low: single, high: single };
  const middle = /^(.+?)(?:\.\.|-)(.+)$/.exec(text);
  if (middle === null || unit === 'op' || unit === 'errno') return undefined;
  const low = parseOne(middle[1] as string, unit, startNs);
  const high = parseOne(middle[2] as string, unit, startNs);
  return low === undefined || high === undefined || high < low ? undefined : { low, high };
}

function parseOne(text: string, unit: NumberField['unit'], startNs: bigint): bigint | undefined {
  switch (unit) {
    case 'plain':
      return parseWhole(text);
    case 'span':
      return parseSpan(text);
    case 'time':
      return parseSpan(text) ?? parseWallClock(text, startNs);
    case 'errno':
      return parseWhole(text) ?? toBigint(errnoOf(text));
    case 'op':
      return toBigint(opcodeOf(text));
  }
}

function parseWhole(text: string): bigint | undefined {
  return /^(?:[0-9][0-9_]*|0x[0-9a-f]+)$/i.test(text) ? BigInt(text.replaceAll('_', '')) : undefined;
}

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  min: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

function parseSpan(text: string): bigint | undefined {
  const match = /^([0-9]+)(?:\.([0-9]{1,9}))?(ns|us|ms|s|min|h)$/.exec(text);
  if (match === null) return text === '0' ? 0n : undefined;
  const unit = UNITS[match[3] as string] ?? 1n;
  const fraction = match[2] ?? '';
  return (
    BigInt(match[1] as string) * unit + (BigInt(fraction === '' ? 0 : fraction) * unit) / 10n ** BigInt(fraction.length)
  );
}

/** `2026-11-22T17:00:00.123456789Z` as nanoseconds after the begin. */
function parseWallClock(text: string, startNs: bigint): bigint | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(text);
  if (match === null) return undefined;
  const milliseconds = Date.parse(`${match[1]}Z`);
  if (Number.isNaN(milliseconds)) return undefined;
  return BigInt(milliseconds) * 1_000_000n + BigInt((match[2] ?? '').padEnd(9, '0')) - startNs;
}

function toBigint(value: number | undefined): bigint | undefined {
  return value === undefined ? undefined : BigInt(value);
}
