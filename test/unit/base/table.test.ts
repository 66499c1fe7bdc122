// SPDX-License-Identifier: MIT OR Apache-2.0

import { expect, it } from 'vitest';
import { makeStyle } from '../../../src/base/style.js';
import { displayWidth, tableLines } from '../../../src/base/table.js';

it('aligns columns and leaves no trailing blanks', () => {
  const columns = [{ title: 'op' }, { title: 'count', align: 'right' as const }, { title: 'note' }];
  expect(
    tableLines(columns, [
      ['lookup', '7', ''],
      ['write', '1,000', 'x'],
    ]),
  ).toEqual(['op      count  note', 'lookup      7', 'write   1,000  x']);
});

it('measures cells, not characters', () => {
  expect([
    displayWidth('日本'),
    displayWidth('e\u0301'),
    displayWidth('😀'),
    displayWidth(makeStyle(true).bad('no')),
  ]).toEqual([4, 1, 2, 2]);
});

it('adds nothing without colour', () => {
  expect([makeStyle(false).good('x'), makeStyle(true).good('x'), makeStyle(true).good('')]).toEqual([
    'x',
    '\u001b[32mx\u001b[39m',
    '',
  ]);
});
