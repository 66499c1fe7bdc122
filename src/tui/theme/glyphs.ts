// SPDX-License-Identifier: MIT OR Apache-2.0

import { displayWidth } from '../../base/table.js';

/** Signs that carry a meaning of their own, so that nothing is told by colour alone; each has an ASCII stand-in. */
export type Glyphs = {
  readonly cursor: string;
  readonly position: string;
  readonly differs: string;
  readonly same: string;
  readonly gap: string;
  readonly mark: string;
  readonly failed: string;
  readonly folded: string;
  readonly unfolded: string;
  readonly leaf: string;
  readonly added: string;
  readonly changed: string;
  readonly rule: string;
  readonly bar: string;
  readonly ellipsis: string;
  readonly separator: string;
  readonly textCursor: string;
  /** Any text as this terminal can show it, in as many cells. */
  readonly shown: (text: string) => string;
};

const UNICODE: Glyphs = {
  cursor: '›',
  position: '▶',
  differs: '≠',
  same: '=',
  gap: '⋯',
  mark: '◆',
  failed: '✗',
  folded: '▸',
  unfolded: '▾',
  leaf: ' ',
  added: '+',
  changed: '~',
  rule: '─',
  bar: '│',
  ellipsis: '…',
  separator: '·',
  textCursor: '▏',
  shown: (text) => text,
};

const ASCII: Glyphs = {
  cursor: '>',
  position: '@',
  differs: '!',
  same: '=',
  gap: '~',
  mark: '*',
  failed: 'x',
  folded: '+',
  unfolded: '-',
  leaf: ' ',
  added: '+',
  changed: '~',
  rule: '-',
  bar: '|',
  ellipsis: '.',
  separator: '-',
  textCursor: '_',
  shown: (text) => text.replace(/[^ -~]/gu, (character) => '?'.repeat(displayWidth(character))),
};

export function chooseGlyphs(ascii: boolean): Glyphs {
  return ascii ? ASCII : UNICODE;
}

/** Whether the locale can show more than ASCII. */
export function isUtf8(env: Readonly<Record<string, string | undefined>>): boolean {
  // POSIX: the first of these that is set and not empty decides.
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return /utf-?8/i.test(locale);
}
