// SPDX-License-Identifier: MIT OR Apache-2.0

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

/** `1536` -> `1.5 KiB`. Exact below 1 KiB, one decimal above. */
export function formatBytes(bytes: bigint | number): string {
  const exact = BigInt(bytes);
  const sign = exact < 0n ? '-' : '';
  const size = exact < 0n ? -exact : exact;
  if (size < 1024n) return `${sign}${size} B`;
  for (const [index, name] of UNITS.entries()) {
    const unit = 1024n ** BigInt(index);
    // Tenths in integers: a floating-point number would round 2^63 wrongly.
    const tenths = (size * 10n + unit / 2n) / unit;
    if (tenths < 10_240n || index === UNITS.length - 1) return `${sign}${tenths / 10n}.${tenths % 10n} ${name}`;
  }
  return `${sign}${size} B`;
}

/** `1234567` -> `1,234,567`. */
export function formatCount(count: bigint | number): string {
  return BigInt(count)
    .toString()
    .replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `1 op`, `2 ops`, `1,000 ops`. */
export function formatPlural(count: bigint | number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${BigInt(count) === 1n ? one : many}`;
}

/** A share as `12.3 %`; a whole of nothing is `-`. */
export function formatPercent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((part / whole) * 100).toFixed(1)} %`;
}

/**
 * Bytes of a file name or of data as printable text: UTF-8 where it is, `\xNN` where it is not, and control
 * characters escaped, so that a hostile name cannot drive the terminal.
 */
export function formatName(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-8', { fatal: false }).decode(bytes);
  if (!text.includes('\ufffd')) return escapeControl(text);
  let out = '';
  for (const byte of bytes) {
    out += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return out;
}

/** Escapes what a terminal would act on: C0, DEL, C1 and the bidirectional overrides. */
export function escapeControl(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (character) => {
    const code = character.charCodeAt(0);
    if (code === 0x0a) return '\\n';
    if (code === 0x09) return '\\t';
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}
