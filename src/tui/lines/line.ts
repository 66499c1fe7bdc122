// SPDX-License-Identifier: MIT OR Apache-2.0

/**
 * Lines of the screen as values: panes are pure functions from state to these, and one component draws them. A line is one
 * Ink text however many pieces it has, which keeps a frame far below the number of nodes that makes Ink slow.
 */

import { displayWidth } from '../../base/table.js';
import type { Token } from '../theme/theme.js';

export type Span = { readonly text: string; readonly token: Token };

export type Line = {
  readonly spans: readonly Span[];
  /** Look of the whole line, such as that of the selection. */
  readonly over?: Token;
};

export function span(text: string, token: Token = 'text'): Span {
  return { text, token };
}

export function line(...spans: readonly Span[]): Line {
  return { spans };
}

export function textOf(one: Line): string {
  return one.spans.map(({ text }) => text).join('');
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The begin of a text in so many cells; what does not fit ends in the sign for "more". */
export function cutEnd(text: string, cells: number, more = '…'): string {
  if (cells <= 0) return '';
  if (isNarrow(text) ? text.length <= cells : displayWidth(text) <= cells) return text;
  if (isNarrow(text)) return text.slice(0, cells - 1) + more;
  let out = '';
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    const width = displayWidth(segment);
    if (used + width > cells - 1) break;
    out += segment;
    used += width;
  }
  return out + more;
}

/** The end of a text in so many cells: of a path, the file's name matters most. */
export function cutStart(text: string, cells: number, more = '…'): string {
  if (cells <= 0) return '';
  if (isNarrow(text) ? text.length <= cells : displayWidth(text) <= cells) return text;
  if (isNarrow(text)) return more + text.slice(text.length - cells + 1);
  const segments = [...segmenter.segment(text)].map(({ segment }) => segment);
  let out = '';
  let used = 0;
  for (const segment of segments.reverse()) {
    const width = displayWidth(segment);
    if (used + width > cells - 1) break;
    out = segment + out;
    used += width;
  }
  return more + out;
}

export function padEnd(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - widthOf(text)));
}

export function padStart(text: string, cells: number): string {
  return ' '.repeat(Math.max(0, cells - widthOf(text))) + text;
}

export function widthOf(text: string): number {
  return isNarrow(text) ? text.length : displayWidth(text);
}

/** A line of exactly so many cells. */
export function fitTo(one: Line, cells: number, more = '…'): Line {
  const spans: Span[] = [];
  let left = cells;
  for (const { text, token } of one.spans) {
    if (left <= 0) break;
    const width = widthOf(text);
    spans.push({ text: width <= left ? text : cutEnd(text, left, more), token });
    left -= Math.min(width, left);
  }
  if (left > 0) spans.push({ text: ' '.repeat(left), token: 'text' });
  return one.over === undefined ? { spans } : { spans, over: one.over };
}

/** Breaks words into lines of at most so many cells; a word that is longer is broken too. */
export function wrap(text: string, cells: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let current = '';
    for (let word of paragraph.split(' ')) {
      while (widthOf(word) > cells) {
        if (current !== '') lines.push(current);
        current = '';
        const head = cutEnd(word, cells, '');
        lines.push(head);
        word = word.slice(head.length);
      }
      const joined = current === '' ? word : `${current} ${word}`;
      if (widthOf(joined) > cells) {
        lines.push(current);
        current = word;
      } else current = joined;
    }
    lines.push(current);
  }
  return lines;
}

/** Whether each UTF-16 unit takes one cell, for certain. */
function isNarrow(text: string): boolean {
  return /^[\u0020-\u007e\u00a1-\u02ff\u2026\u2500-\u257f]*$/.test(text);
}
