// SPDX-License-Identifier: MIT OR Apache-2.0

/** Readers for option values, for `parse` in a command's options. Each throws a UsageError that names the text. */

import { UsageError } from '../base/errors.js';
import { parseU64, type Seq, seq } from '../base/ids.js';

/** A u64: decimal or hex. */
export function parseWhole(text: string): bigint {
  const result = parseU64(text);
  if (!result.ok) throw new UsageError(result.error);
  return result.value;
}

/** A seq; the first op is 1. */
export function parseSeq(text: string): Seq {
  const value = parseWhole(text);
  if (value === 0n) throw new UsageError('0 is no seq', { why: 'the first op of a trace is 1' });
  return seq(value);
}

/** A count that must be at least 1 and small enough for an array. */
export function parseCount(text: string): number {
  const value = parseWhole(text);
  if (value < 1n || value > 0x7fff_ffffn) throw new UsageError(`"${text}" is not a count from 1 to 2147483647`);
  return Number(value);
}

/** A size in bytes: `4096`, `64K`, `16MiB`, `1G` (powers of 1024). */
export function parseSize(text: string): bigint {
  const match = /^([0-9]+)\s*(?:([KMGT])(?:i?B)?|B)?$/i.exec(text.trim());
  if (match === null) throw new UsageError(`"${text}" is not a size`, { hint: 'write 4096, 64K, 16M or 1G' });
  const power = ' KMGT'.indexOf((match[2] ?? ' ').toUpperCase());
  return parseWhole((BigInt(match[1] ?? '0') << BigInt(10 * power)).toString());
}

/** A span in nanoseconds: `500ms`, `10s`, `2min`. */
export function parseSpan(text: string): bigint {
  const match = /^([0-9]+(?:\.[0-9]{1,9})?)\s*(ns|us|ms|s|min|h)$/.exec(text.trim());
  if (match === null) throw new UsageError(`"${text}" is not a span of time`, { hint: 'write 500ms, 10s or 2min' });
  const [whole = '0', fraction = ''] = (match[1] ?? '0').split('.');
  const unit =
    { ns: 1n, us: 1_000n, ms: 1_000_000n, s: 1_000_000_000n, min: 60_000_000_000n, h: 3_600_000_000_000n }[
      match[2] ?? 'ns'
    ] ?? 1n;
  return ((BigInt(whole) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'))) * unit) / 1_000_000_000n;
}
