// SPDX-License-Identifier: MIT OR Apache-2.0

/** What a piece of text means; how it looks is decided in one place. Colour never carries a meaning alone. */
export type Style = {
  /** Whether the functions below add anything. */
  readonly enabled: boolean;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly added: (text: string) => string;
  readonly removed: (text: string) => string;
  readonly accent: (text: string) => string;
};

/** Makes the styles for a stream with or without colour. */
export function makeStyle(enabled: boolean): Style {
  const sgr = (on: number, off: number) => (text: string) =>
    enabled && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return {
    enabled,
    bold: sgr(1, 22),
    dim: sgr(2, 22),
    good: sgr(32, 39),
    bad: sgr(31, 39),
    warn: sgr(33, 39),
    added: sgr(32, 39),
    removed: sgr(31, 39),
    accent: sgr(36, 39),
  };
}
