// SPDX-License-Identifier: MIT OR Apache-2.0

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type InputToken, KeyDecoder } from '../../src/tui/input/keys.js';

const ESC = '\u001b';

function decode(...chunks: readonly string[]): readonly InputToken[] {
  const decoder = new KeyDecoder();
  return [...chunks.flatMap((chunk) => decoder.push(chunk)), ...decoder.flush()];
}

function names(...chunks: readonly string[]): readonly string[] {
  return decode(...chunks).map((token) => (token.kind === 'key' ? token.name : token.kind));
}

it.each([
  ['j', ['j']],
  ['G', ['G']],
  [' ', ['space']],
  ['\r', ['enter']],
  ['\n', ['enter']],
  ['\t', ['tab']],
  ['\u007f', ['backspace']],
  ['\b', ['backspace']],
  ['\u0003', ['ctrl-c']],
  ['\u001a', ['ctrl-z']],
  ['\u000c', ['ctrl-l']],
  [ESC, ['esc']],
  [`${ESC}${ESC}`, ['esc', 'esc']],
  [`${ESC}[A`, ['up']],
  [`${ESC}OA`, ['up']],
  [`${ESC}[Z`, ['shift-tab']],
  [`${ESC}[3~`, ['delete']],
  [`${ESC}[5~`, ['pageup']],
  [`${ESC}[1~`, ['home']],
  [`${ESC}[1;5C`, ['ctrl-right']],
  [`${ESC}OP`, ['f1']],
  [`${ESC}x`, ['alt-x']],
  [`${ESC}\u007f`, ['alt-backspace']],
  [`${ESC}[106;5u`, ['ctrl-j']],
  [`${ESC}[27u`, ['esc']],
  ['日', ['日']],
  ['😀', ['😀']],
  ['jjk', ['j', 'j', 'k']],
])('%j is %j', (bytes, expected) => {
  expect(names(bytes)).toEqual(expected);
});

it('swallows what is no key: focus reports, mouse clicks, answers of the terminal', () => {
  expect(names(`${ESC}[I${ESC}[O${ESC}[<0;10;5M${ESC}[<0;10;5m${ESC}[M !!${ESC}[?1;2c${ESC}[24;80Rj`)).toEqual(['j']);
});

it('gives the wheel as such', () => {
  expect(decode(`${ESC}[<64;1;1M${ESC}[<65;1;1M`)).toEqual([
    { kind: 'wheel', by: -1 },
    { kind: 'wheel', by: 1 },
  ]);
});

it('takes a paste as one text, keys in it included', () => {
  expect(decode(`a${ESC}[200~q\u0003${ESC}[A\nop=READ${ESC}[201~b`)).toEqual([
    { kind: 'key', name: 'a', text: 'a' },
    { kind: 'paste', text: `q\u0003${ESC}[A\nop=READ` },
    { kind: 'key', name: 'b', text: 'b' },
  ]);
});

it('waits with a lone Esc, for it may begin a sequence', () => {
  const decoder = new KeyDecoder();
  expect(decoder.push(ESC)).toEqual([]);
  expect(decoder.pending).toBe(true);
  expect(decoder.push('[B')).toEqual([{ kind: 'key', name: 'down', text: undefined }]);
  expect(decoder.pending).toBe(false);
});

const PIECES = [
  'j',
  `${ESC}[A`,
  `${ESC}OB`,
  `${ESC}[1;5C`,
  `${ESC}[200~hello q${ESC}[201~`,
  '\r',
  '日',
  `${ESC}[<64;3;4M`,
];

it('reads the same keys wherever the input is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }),
      fc.array(fc.nat(60), { maxLength: 6 }),
      (pieces, cuts) => {
        const whole = pieces.join('');
        const places = [...new Set(cuts.map((cut) => Math.min(cut, whole.length)))].sort((a, b) => a - b);
        // A character of two units is never cut: the stream is decoded as UTF-8 first.
        const chunks = [0, ...places].map((start, index) => whole.slice(start, places[index] ?? whole.length));
        expect(decode(...chunks)).toEqual(decode(whole));
      },
    ),
  );
});

it('never throws, never hangs, and holds no more than a sequence, whatever comes', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.string({
          unit: fc.constantFrom(ESC, '[', 'O', '<', ';', '1', '2', '0', '~', 'M', 'u', 'a', '\u0000', '\u009b'),
        }),
      ),
      (chunks) => {
        const decoder = new KeyDecoder();
        for (const chunk of chunks) decoder.push(chunk);
        decoder.flush();
        expect(decoder.push('')).toEqual([]);
      },
    ),
  );
});
