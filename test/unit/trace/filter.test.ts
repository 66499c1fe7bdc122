// SPDX-License-Identifier: MIT OR Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../../src/trace/filter/filter.js';
import { selectOps } from '../../../src/trace/filter/select.js';
import { FilterError } from '../../../src/trace/filter/tokens.js';
import { PathResolver } from '../../../src/trace/paths.js';
import { craft, openBytes, START, smallLife } from '../../support/craft-trace.js';

const trace = openBytes(craft(smallLife()));

async function found(text: string): Promise<readonly number[]> {
  const filter = parseFilter(text, trace.header.startRealtimeNs);
  const paths = filter.usesPaths ? new PathResolver(trace) : undefined;
  const seqs: number[] = [];
  for await (const batch of selectOps({ trace, filter, paths })) seqs.push(...batch.map((op) => Number(op.seq)));
  return seqs;
}

describe('a filter', () => {
  it.each([
    ['LOOKUP', [3]],
    ['lookup or MKDIR', [3, 4]],
    ['op=read,write', [6, 7]],
    ['op!=mkfs,mount and seq<5', [3, 4]],
    ['ENOENT', [3]],
    ['errno=2', [3]],
    ['error', [3]],
    ['ok seq<=4', [1, 2, 4]],
    ['name=dir', [3, 4]],
    ['"a b"', [5, 8]],
    ['name~"a "', [5, 8]],
    ['name!~a and op=unlink', [11]],
    ['#3 and not getattr', [5, 6, 7, 12]],
    ['ino=2', [4, 5, 8]],
    ['fh=9', [5, 6, 7]],
    ['thread=1', [6]],
    ['pid=77 and seq>=11', [11, 12]],
    ['uid=0', [1, 2]],
    ['dur>3us', [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
    ['dur>=3.1us dur<=3100ns seq=3', [3]],
    ['dur>3.1us', []],
    ['time<2ms', [1, 2, 3]],
    ['time=1ms-3ms', [3, 4, 5]],
    ['time>2026-11-22T00:00:00.009Z', [12]],
    ['seq=10-20', [10, 11, 12]],
    ['seq=10..11', [10, 11]],
    ['size>4', [6, 7]],
    ['offset=0 and op=write', [6]],
    ['path=/dir/a', []],
    ['path~/dir', [3, 4, 5, 6, 7, 8]],
    ['path=/c', [8, 9, 11]],
    ['(read or write) and not thread=1', [7]],
    ['!(seq>2)', [1, 2]],
    ['read || write && thread=1', [6, 7]],
    ['not not mount', [2]],
  ])('%s', async (text, expected) => {
    expect(await found(text)).toEqual(expected);
  });

  it.each([
    ['', 0, 'it is empty'],
    ['siz=3', 0, 'there is no field "siz"'],
    ['op=LOKUP', 3, '"LOKUP" is not an op, such as LOOKUP'],
    ['dur>fast', 4, '"fast" is not a span of time, such as 3us or 1.5ms'],
    ['seq=', 4, 'a value is missing'],
    ['(read', 5, 'a ")" is missing'],
    ['read)', 4, '")" is one too many'],
    ['read and', 8, 'something is missing'],
    ['name="x', 5, 'a quote " is not closed'],
    ['name>3', 4, '">" does not compare texts'],
    ['seq~3', 3, '"~" compares texts, not numbers'],
    ['op<read', 2, '"<" does not fit a name'],
    ['read & write', 5, '"&" means nothing'],
    ['frob', 0, '"frob" is neither op nor errno'],
    ['= 3', 0, '"=" stands where a term should'],
    ['seq=20-10', 4, '"20-10" is not a whole number, such as 12 or 0x1f'],
  ])('says where "%s" is wrong', (text, position, problem) => {
    try {
      parseFilter(text, START);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(FilterError);
      const { message, why, exitCode } = error as FilterError;
      expect([message, why?.split('\n')[1], exitCode]).toEqual([
        `filter: ${problem} at character ${position + 1}`,
        `${' '.repeat(position)}^`,
        2,
      ]);
    }
  });

  it('offers a word that is near', () => {
    expect(() => parseFilter('rename2', 0n)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('RENAME') }),
    );
  });

  it('never fails but with a FilterError, and never nests the stack away', () => {
    const parts = fc.array(
      fc.constantFrom('(', ')', 'not', 'and', 'or', 'read', 'op', '=', '"', 'seq', '3', ',', '!', '~', '#1'),
    );
    fc.assert(
      fc.property(parts, (words) => {
        try {
          parseFilter(words.join(' '), 0n);
        } catch (error) {
          expect(error).toBeInstanceOf(FilterError);
        }
      }),
      { numRuns: 1000 },
    );
    expect(() => parseFilter('('.repeat(100_000), 0n)).toThrow('nested too deeply');
  });

  it('from the columns says what it says of whole ops', async () => {
    const all = [...trace.opsFrom()];
    const context = { startNs: trace.header.startRealtimeNs };
    for (const text of [
      'op=read,write',
      'error',
      'dur>3us and thread=0',
      'not (uid=0 or pid=77)',
      'time<2ms or fh=9',
    ]) {
      const filter = parseFilter(text, context.startNs);
      const whole = all.filter((op) => filter.matches(op, context)).map((op) => Number(op.seq));
      expect(await found(text)).toEqual(whole);
    }
  });
});
