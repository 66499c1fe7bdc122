// SPDX-License-Identifier: MIT OR Apache-2.0

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { displayWidth } from '../../src/base/table.js';
import { cutEnd, cutStart, fitTo, line, span, textOf, wrap } from '../../src/tui/lines/line.js';
import { columnsFor } from '../../src/tui/lines/ops-lines.js';
import { contentLines, modeText } from '../../src/tui/lines/tree-lines.js';
import { chooseGlyphs, isUtf8 } from '../../src/tui/theme/glyphs.js';
import { chooseTheme } from '../../src/tui/theme/theme.js';

const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', ' ', 'é', '日', '本', '😀', 'e\u0301') });

it('cuts to so many cells and no more, from either end', () => {
  fc.assert(
    fc.property(text, fc.nat(30), (value, cells) => {
      for (const cut of [cutEnd(value, cells), cutStart(value, cells)]) {
        expect(displayWidth(cut)).toBeLessThanOrEqual(cells);
        if (displayWidth(value) <= cells) expect(cut).toBe(value);
      }
    }),
  );
});

it('fits a line to exactly so many cells, unless a wide character stands at its edge', () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 5 }), fc.integer({ min: 1, max: 40 }), (parts, cells) => {
      const width = displayWidth(textOf(fitTo(line(...parts.map((one) => span(one))), cells)));
      expect(width).toBeLessThanOrEqual(cells);
      expect(width).toBeGreaterThanOrEqual(cells - 1);
    }),
  );
});

it('keeps the end of a path, where the name is', () => {
  expect(cutStart('/a/long/way/to/file.c', 10)).toBe('…to/file.c');
});

it('breaks texts into lines and loses no word', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 30 })),
      fc.integer({ min: 4, max: 40 }),
      (words, cells) => {
        const lines = wrap(words.join(' '), cells);
        for (const one of lines) expect(one.length).toBeLessThanOrEqual(cells);
        expect(lines.join('').replaceAll(' ', '')).toBe(words.join(''));
      },
    ),
  );
});

it('gives every width of screen columns that fit it', () => {
  for (let width = 60; width <= 250; width += 1) {
    for (const last of [9n, 3026n, 10_000_000n, (1n << 64n) - 1n]) {
      const { subject, ...others } = columnsFor(width, last);
      const used = Object.values(others).reduce((sum, cells) => sum + (cells === 0 ? 0 : cells + 1), 4 + subject);
      expect(used, `${width} ${last}`).toBeLessThanOrEqual(width);
      expect(subject).toBeGreaterThanOrEqual(4);
    }
  }
});

it('shows bytes as text where they are text, and in hex otherwise', () => {
  expect(contentLines(new TextEncoder().encode('a\tb\nc\u001b[31m'), 80).map(textOf)).toEqual([
    expect.stringContaining('000000  61 09 62 0a 63 1b'),
  ]);
  expect(contentLines(new TextEncoder().encode('a\tb\nc\u009b'), 80).map(textOf)).toEqual([' a    b', ' c\\x9b']);
  expect(contentLines(Uint8Array.of(0, 255), 80).map(textOf)[0]).toMatch(/^ 000000 {2}00 ff +\.\.$/);
});

it.each([
  [0o40755, 'drwxr-xr-x'],
  [0o104755, '-rwsr-xr-x'],
  [0o102644, '-rw-r-Sr--'],
  [0o41777, 'drwxrwxrwt'],
  [0o120777, 'lrwxrwxrwx'],
])('writes mode %o as ls does', (mode, expected) => {
  expect(modeText(mode)).toBe(expected);
});

it('chooses signs by the locale and colours by what is asked', () => {
  expect(isUtf8({ LANG: 'en_US.UTF-8' })).toBe(true);
  expect(isUtf8({ LANG: 'en_US.UTF-8', LC_ALL: 'C' })).toBe(false);
  expect(isUtf8({})).toBe(false);
  expect(chooseGlyphs(true).shown('a日b')).toBe('a??b');
  expect(chooseTheme(undefined, {}, true).name).toBe('dark');
  expect(chooseTheme(undefined, { COLORFGBG: '0;15' }, true).name).toBe('light');
  expect(chooseTheme('high-contrast', { COLORFGBG: '0;15' }, true).name).toBe('high-contrast');
  expect(chooseTheme('dark', {}, false).name).toBe('none');
});
