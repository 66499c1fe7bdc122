// SPDX-License-Identifier: MIT OR Apache-2.0

const SECOND = 1_000_000_000n;

/** A span for people: `831 ns`, `12.4 us`, `3.20 ms`, `1.50 s`, `2 min 05 s`, `3 h 07 min`. */
export function formatDuration(span: bigint): string {
  if (span < 0n) return `-${formatDuration(-span)}`;
  if (span < 1_000n) return `${span} ns`;
  if (span < 1_000_000n) return `${decimals(span, 1_000n, 1)} us`;
  if (span < SECOND) return `${decimals(span, 1_000_000n, 2)} ms`;
  if (span < 60n * SECOND) return `${decimals(span, SECOND, 2)} s`;
  const seconds = span / SECOND;
  if (seconds < 3_600n) return `${seconds / 60n} min ${two(seconds % 60n)} s`;
  return `${seconds / 3_600n} h ${two((seconds % 3_600n) / 60n)} min`;
}

/** A point of the wall clock as ISO-8601 in UTC with all nine digits: `2026-11-22T17:00:00.123456789Z`. */
export function formatWallClock(sinceEpoch: bigint): string {
  const fraction = ((sinceEpoch % SECOND) + SECOND) % SECOND;
  const milliseconds = Number((sinceEpoch - fraction) / 1_000_000n);
  // A Date reaches +-8.64e15 ms; a damaged trace may carry anything.
  if (Math.abs(milliseconds) > 8.64e15) return `${sinceEpoch} ns`;
  return `${new Date(milliseconds).toISOString().slice(0, -5)}.${fraction.toString().padStart(9, '0')}Z`;
}

/** A point relative to a start, fixed width for columns: `+12.345678901` seconds. */
export function formatOffset(point: bigint, start: bigint): string {
  const span = point - start;
  const positive = span < 0n ? -span : span;
  return `${span < 0n ? '-' : '+'}${positive / SECOND}.${(positive % SECOND).toString().padStart(9, '0')}`;
}

/** A rate per second, from a count and the span it took; 0 when no time passed. */
export function ratePerSecond(count: bigint, span: bigint): bigint {
  return span <= 0n ? 0n : (count * SECOND) / span;
}

/** Integer division to fixed decimals, cut rather than rounded so that 999.99 us never reads 1000.0 us. */
function decimals(value: bigint, unit: bigint, places: number): string {
  const scale = 10n ** BigInt(places);
  const scaled = (value * scale) / unit;
  return `${scaled / scale}.${(scaled % scale).toString().padStart(places, '0')}`;
}

function two(value: bigint): string {
  return value.toString().padStart(2, '0');
}
