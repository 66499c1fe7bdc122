// SPDX-License-Identifier: MIT OR Apache-2.0

import { expect, it } from 'vitest';
import { logHead, logLine, parseLog } from '../../../src/bisect/log.js';

it('a log reads back as it was written', () => {
  const entries = [
    { verdict: 'good', id: 'a'.repeat(40), why: 'every recorded answer' },
    { verdict: 'skip', id: '/some where/"odd".so', why: 'does not build\nat all' },
    { verdict: 'bad', id: 'b'.repeat(40), why: '' },
  ] as const;
  const text = logHead({ trace: '/t.btr' }) + entries.map(logLine).join('');
  const read = parseLog(text);
  expect([...read.keys()]).toEqual(entries.map(({ id }) => id));
  expect(read.get('/some where/"odd".so')).toMatchObject({ verdict: 'skip', why: 'does not build at all' });
});

it('a log written by hand needs no quotes', () => {
  expect(parseLog('# mine\n\ngood abc123\nbad def456 # it broke\n').get('def456')).toEqual({
    verdict: 'bad',
    id: 'def456',
    why: 'it broke',
  });
});

it('says which line is wrong', () => {
  expect(() => parseLog('good a\nwhatever b\n')).toThrow(/line 2/);
});
