// SPDX-License-Identifier: MIT OR Apache-2.0

/** Calls at random on a real ext4 and on ours, side by side: every answer and every picture must be the same. */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtModule, ended, Place, until } from '../support/bento-rr.js';
import { answer, anyCall, picture } from './calls.js';

const place = new Place();
const ext4 = place.path('ext4');

beforeAll(() => {
  for (const folder of ['ext4', 'ours']) mkdirSync(place.path(folder));
  execFileSync('truncate', ['-s', '256M', place.path('ext4.img')]);
  execFileSync('mkfs.ext4', ['-q', place.path('ext4.img')]);
  execFileSync('mount', ['-o', 'loop', place.path('ext4.img'), ext4]);
});
afterAll(() => {
  execFileSync('umount', [ext4]);
  place.remove();
});

/** A mount of `fs` at "ours", recorded, until the result is called. */
async function mounted(fs: string): Promise<() => Promise<void>> {
  const [ready, stop] = [place.path(`${fs}.ready`), place.path(`${fs}.stop`)];
  const script = `touch ${ready}; while [ ! -e ${stop} ]; do sleep 0.1; done`;
  const options = ['--fs', builtModule(fs), '--policy', 'block', '--mount', 'ours', '-o', `${fs}.btr`];
  const recording = ended(place.start(['record', ...options, '--', 'sh', '-c', script]));
  await until(() => existsSync(ready), `${fs} is mounted`);
  return async () => {
    writeFileSync(stop, '');
    expect((await recording).code).toBe(0);
  };
}

describe.each(['tiffinfs', 'memfs'])('%s', (fs) => {
  it('answers as ext4 does, and what it answered is replayed', async () => {
    const unmount = await mounted(fs);
    let turn = 0;
    try {
      fc.assert(
        fc.property(fc.array(anyCall, { minLength: 20, maxLength: 120, size: 'max' }), (calls) => {
          // A folder each, so that shrinking begins with nothing.
          turn += 1;
          const tops = [ext4, place.path('ours')].map((top) => `${top}/${fs}-${turn}`);
          for (const top of tops) mkdirSync(top);
          const [theirs, ours] = tops as [string, string];
          for (const call of calls) expect([call, answer(ours, call)]).toEqual([call, answer(theirs, call)]);
          expect(picture(ours)).toEqual(picture(theirs));
        }),
        { numRuns: 400 },
      );
    } finally {
      await unmount();
    }
    expect(await place.json(['replay', `${fs}.btr`, '--module', builtModule(fs)])).toMatchObject({ verdict: 'same' });
  });
});
