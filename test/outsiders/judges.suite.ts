// SPDX-License-Identifier: MIT OR Apache-2.0

/** What outsiders' suites say of our file systems on real mounts; and what they did, replayed. */

import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtModule, Place } from '../support/bento-rr.js';
import { outsider } from './programs.js';
import { FSX, LEFT_OUT, PJDFSTEST } from './settings.js';

const place = new Place();

// Every user must be able to reach the mount: pjdfstest becomes others.
beforeAll(() => {
  chmodSync(place.folder, 0o755);
  for (const folder of ['mnt', 'other']) mkdirSync(place.path(folder), { mode: 0o755 });
});
afterAll(() => place.remove());

/** Runs a shell script on a fresh mount, recorded, and replays what it did. */
async function judge(fs: string, name: string, script: string) {
  const trace = `${fs}-${name}.btr`;
  writeFileSync(place.path(`${name}.sh`), script);
  const options = ['--fs', builtModule(fs), '--policy', 'block', '--mount', 'mnt', '-o', trace];
  const done = await place.run(['record', ...options, '--', 'sh', place.path(`${name}.sh`)]);
  const replay = await place.json(['replay', trace, '--module', builtModule(fs)]);
  return { done, replay };
}

describe.each(['tiffinfs', 'memfs'])('%s', (fs) => {
  it('passes every case of pjdfstest that a FUSE mount can run', async () => {
    writeFileSync(place.path('pjdfstest.toml'), PJDFSTEST);
    const log = place.path(`${fs}-pjdfstest.log`);
    const words = `-c ${place.path('pjdfstest.toml')} -p "$PWD" -s ${place.path('other')}`;
    const { done, replay } = await judge(
      fs,
      'pjdfstest',
      `chmod 755 .; ${outsider('pjdfstest')} ${words} > ${log} 2>&1`,
    );
    const lines = readFileSync(log, 'utf8').split('\n');
    const skipped = lines.filter((line) => /\sskipped$/.test(line));
    expect(lines.filter((line) => /\sFAILED$/.test(line))).toEqual([]);
    expect(skipped.filter((line) => !LEFT_OUT.some((words) => line.includes(words)))).toEqual([]);
    expect(lines.filter((line) => /\sok$/.test(line)).length).toBeGreaterThanOrEqual(370);
    expect(done.code).toBe(0);
    expect(replay).toMatchObject({ verdict: 'same' });
  });

  // Read, write, map, truncate, punch, allocate and copy in one file, at random: each seed is another run, and the same every time.
  it.each([1, 2, 3])('keeps what fsx wrote (seed %i)', async (seed) => {
    writeFileSync(place.path('fsx.toml'), FSX);
    const words = `-q -N 20000 -S ${seed} -f ${place.path('fsx.toml')} -P ${place.folder} file`;
    const { done, replay } = await judge(fs, `fsx-${seed}`, `exec ${outsider('fsx')} ${words} 1>&2`);
    expect(done).toMatchObject({ code: 0 });
    expect(replay).toMatchObject({ verdict: 'same' });
  });
});
