// SPDX-License-Identifier: MIT OR Apache-2.0

/** What may stand in a document we write: JSON, plus bigint for every u64. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/**
 * JSON text with every bigint written as a plain integer, digit for digit: JSON itself sets no limit, and a
 * reader with big integers (Python, jq 1.7, Go) gets u64 values exact. Keys keep their order; undefined members are left out.
 */
export function toJson(value: JsonValue, indent = 2): string {
  return write(value, indent, '');
}

function write(value: JsonValue, indent: number, margin: string): string {
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const inner = margin + ' '.repeat(indent);
  const parts: string[] = [];
  const list = isList(value);
  if (list) for (const item of value) parts.push(write(item, indent, inner));
  else {
    for (const [key, item] of Object.entries(value)) {
      if (item !== undefined)
        parts.push(`${JSON.stringify(key)}:${indent > 0 ? ' ' : ''}${write(item, indent, inner)}`);
    }
  }
  const [open, close] = list ? ['[', ']'] : ['{', '}'];
  if (parts.length === 0) return open + close;
  return indent === 0
    ? open + parts.join(',') + close
    : `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${margin}${close}`;
}

// Array.isArray does not narrow a readonly array.
function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
