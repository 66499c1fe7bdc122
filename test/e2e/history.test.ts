// SPDX-License-Identifier: MIT OR Apache-2.0

/** Versions as git revisions: a real history of 64 commits, built as they are needed. */

import { execFileSync } from 'node:child_process';
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { Place } from '../support/bento-rr.js';
import { type History, makeHistory } from '../support/history.js';
import { readMutants } from '../support/mutants.js';

// The first run compiles some of the versions.
vi.setConfig({ testTimeout: 1_200_000, hookTimeout: 900_000 });

const place = new Place();
afterAll(() => place.remove());

const AT = 41;
const COMMITS = 64;
let history: History;
let good = '';

beforeAll(async () => {
  const mutant = readMutants().find(({ name }) => name === '31-memfs-tail-not-zeroed');
  if (mutant === undefined) throw new Error('the mutant is gone');
  history = makeHistory({ folder: place.path('history'), mutant, at: AT, commits: COMMITS });
  good = (await place.run(['build', `memfs@${history.commits[0]}`, '--repo', history.repo])).stdout.trim();
  const work = 'echo 0123456789 > f; truncate -s 3 f; truncate -s 9 f; cp f g; cat f';
  const done = await place.run(['record', '--fs', good, '--threads', '1', '-o', 'work.btr', '--', 'sh', '-c', work]);
  if (done.code !== 0) throw new Error(`the recording failed with ${done.code}:\n${done.stderr}`);
});

it('finds the commit among 64 with 7 verdicts at most besides the two ends', async () => {
  const [first] = history.commits;
  const tip = history.commits.at(-1);
  const document = await place.json([
    'bisect',
    'work.btr',
    '--good',
    `memfs@${first}`,
    '--bad',
    `memfs@${tip}`,
    '--repo',
    history.repo,
  ]);
  expect(document).toMatchObject({
    verdict: 'found',
    firstBad: history.firstBad,
    good: first,
    bad: tip,
    skipped: 0,
    confidence: 1,
    versions: COMMITS,
  });
  expect(document.verdicts).toBeLessThanOrEqual(7);
  expect(readFileSync(String(document.log), 'utf8')).toContain(`bad "${history.firstBad}"`);
});

it('leaves no worktree behind, and builds nothing twice', async () => {
  const list = execFileSync('git', ['worktree', 'list'], { cwd: history.repo, encoding: 'utf8', env: place.env });
  expect(list.trimEnd().split('\n')).toHaveLength(1);
  const slots = join(place.env.XDG_CACHE_HOME ?? '', 'bento-rr/builds/slots');
  expect(readdirSync(slots).filter((name) => name.endsWith('.tree') || name.endsWith('.lock'))).toEqual([]);
  const again = await place.json(['build', `memfs@${history.firstBad}`, '--repo', history.repo]);
  expect(again).toMatchObject({ verdict: 'built', cached: true, revision: history.firstBad });
});

it('a revision that does not build says so with the words of the compiler, and is skipped', async () => {
  const git = (args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...args], {
      cwd: history.repo,
      encoding: 'utf8',
      env: place.env,
    });
  // good, one that does not build, bad.
  git(['checkout', '--quiet', '-b', 'broken', `${history.firstBad}~1`]);
  appendFileSync(join(history.repo, 'rust-fs/memfs/src/lib.rs'), 'fn broken() -> u32 { "no number" }\n');
  git(['commit', '--quiet', '--all', '--message', 'does not build']);
  const broken = git(['rev-parse', 'HEAD']).trim();
  const done = await place.run(['build', `memfs@${broken}`, '--repo', history.repo]);
  expect(done.code).toBe(5);
  expect(done.stderr).toContain('mismatched types');
  git(['checkout', '--quiet', history.firstBad, '--', 'rust-fs']);
  git(['commit', '--quiet', '--all', '--message', 'the fault']);
  const document = await place.json(
    ['bisect', 'work.btr', '--good', `${history.firstBad}~1`, '--bad', 'broken', '--repo', history.repo],
    125,
  );
  expect(document).toMatchObject({ verdict: 'range', skipped: 1, skippedVersions: [broken], confidence: 0.5 });
  expect(document.candidates).toContain(broken);
});

it.each([
  ['memfs@no-such-revision', 'there is no revision "no-such-revision"'],
  ['memfs@HEAD:README.md', 'there is no revision'],
])('%s is refused', async (text, words) => {
  const done = await place.run(['build', text, '--repo', history.repo]);
  expect(done).toMatchObject({ code: 2, stderr: expect.stringContaining(words) });
});
