// SPDX-License-Identifier: MIT OR Apache-2.0

/** The bytes of a Times record: numbers to within an eighth. See docs/trace-format.md. */

/** The number of each byte, as a double: what is beyond 2^53 is not exact, and no time is that long. */
const NUMBERS: Float64Array = Float64Array.from({ length: 256 }, (_, code) =>
  code < 8 ? code : ((code & 3) + 4) * 2 ** ((code >> 2) - 1),
);

/** Nanoseconds that a byte tells; at most the greatest that a double holds exactly. */
export function timeOf(code: number): number {
  return Math.min(NUMBERS[code & 0xff] as number, Number.MAX_SAFE_INTEGER);
}
