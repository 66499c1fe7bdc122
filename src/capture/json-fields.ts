// SPDX-License-Identifier: MIT OR Apache-2.0

/** A text of the host's JSON; empty when there is none. */
export function text(from: object, key: string): string {
  const value: unknown = Reflect.get(from, key);
  return typeof value === 'string' ? value : '';
}

/** A whole number of the host's JSON; 0 when there is none. */
export function whole(from: object, key: string): bigint {
  const value: unknown = Reflect.get(from, key);
  return typeof value === 'number' && Number.isFinite(value) ? BigInt(Math.trunc(value)) : 0n;
}
