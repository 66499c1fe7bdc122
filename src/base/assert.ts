// SPDX-License-Identifier: MIT OR Apache-2.0

/** Marks the branch the type checker must prove unreachable; throws should wrong data reach it all the same. */
export function assertNever(value: never, what = 'value'): never {
  throw new Error(`unexpected ${what}: ${describe(value)}`);
}

/** States what must hold here; a failure is a bug of ours, never bad input. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`internal: ${message}`);
}

function describe(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'object' && value !== null) {
    const kind = Reflect.get(value, 'kind') ?? Reflect.get(value, 'type');
    return typeof kind === 'string' ? `object of kind "${kind}"` : 'object';
  }
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
