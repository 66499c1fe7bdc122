// SPDX-License-Identifier: MIT OR Apache-2.0

/** Two versions on one real trace: replay, diff, bisect, minimize and gate, with a mutant that has a known fault. */

import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { Place } from '../support/bento-rr.js';
import { readMutants, Workshop } from '../support/mutants.js';

// The first run compiles.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 900_000 });

const place = new Place();
afterAll(() => place.remove());

const modules = { good: '', bad: '', panics: '' };

/** Cuts within a block, which the mutant forgets; much else before and after. */
const WORK = `
set -e
mkdir -p a/b c; for i in 1 2 3 4 5 6 7 8; do echo "line $i" > a/b/f$i; ln -s f$i a/b/l$i; done
mv a/b/f1 c/g1; rm a/b/f2; chmod 600 c/g1; : > a/b/f3
head -c 3000 /dev/zero | tr '\\0' x > big
truncate -s 1000 big
stat -c %s big > seen
for i in 1 2 3 4 5; do cat a/b/f$((i + 3)) >> all; done
rm -r a
`;

beforeAll(async () => {
  const workshop = await Workshop.open();
  const mutant = (name: string) => {
    const found = readMutants().find((one) => one.name === name);
    if (found === undefined) throw new Error(`there is no mutant ${name}`);
    return found;
  };
  modules.good = await workshop.build('tiffinfs');
  modules.bad = await workshop.build('tiffinfs', mutant('02-stale-size'));
  modules.panics = await workshop.build('tiffinfs', mutant('25-empty-file-panic'));
  const done = await place.run([
    'record',
    '--fs',
    modules.good,
    '--threads',
    '1',
    '-o',
    'work.btr',
    '--',
    'sh',
    '-c',
    WORK,
  ]);
  if (done.code !== 0) throw new Error(`the recording failed with ${done.code}:\n${done.stderr}`);
});

it('replay: the same version gives the same answers and digests, again and again', async () => {
  const documents = [];
  for (let turn = 0; turn < 5; turn += 1)
    documents.push(await place.json(['replay', 'work.btr', '--module', modules.good]));
  const [first] = documents;
  expect(first).toMatchObject({ schema: 'bento-rr/replay@1', verdict: 'same', divergence: null });
  expect(first?.replayed).toBe(first?.ops);
  for (const document of documents) expect(document.digest).toEqual(first?.digest);
  expect(first?.digest).toEqual({
    device: expect.stringMatching(/^[0-9a-f]{16}$/),
    tree: expect.stringMatching(/^[0-9a-f]{16}$/),
  });
});

it('replay: a faulty version is named with op, field and both answers', async () => {
  const document = await place.json(['replay', 'work.btr', '--module', modules.bad], 1);
  expect(document).toMatchObject({
    verdict: 'diverged',
    divergence: {
      kind: 'reply',
      op: 'SETATTR',
      field: 'attr.size',
      expected: '1000',
      actual: '3000',
      seq: expect.any(Number),
    },
  });
  const text = await place.run(['replay', 'work.btr', '--module', modules.bad]);
  expect(text.code).toBe(1);
  expect(text.stdout).toMatch(/diverged at op \d+ of \d+/);
  expect(text.stdout).toContain('SETATTR /big size 1000');
  expect(text.stdout).toContain('next: bento-rr minimize work.btr');
});

it('replay: stops where it is told, and a module that panics is a crash with its place', async () => {
  expect(await place.json(['replay', 'work.btr', '--module', modules.bad, '--until', '5'])).toMatchObject({
    verdict: 'same',
    replayed: 5,
  });
  const document = await place.json(['replay', 'work.btr', '--module', modules.panics], 5);
  expect(document).toMatchObject({
    verdict: 'crashed',
    panic: { cause: 'panic', location: expect.stringContaining('.rs:') },
  });
});

it('diff: names the first answer and the first state that differ', async () => {
  expect(await place.json(['diff', 'work.btr', '--a', modules.good, '--b', modules.good])).toMatchObject({
    schema: 'bento-rr/diff@1',
    verdict: 'same',
    firstReply: null,
    firstState: null,
    divergence: null,
  });
  const document = await place.json(['diff', 'work.btr', '--a', modules.good, '--b', modules.bad], 1);
  const replayed = await place.json(['replay', 'work.btr', '--module', modules.bad], 1);
  expect(document.firstReply).toBe((replayed.divergence as { seq: number }).seq);
  expect(document.firstState).toBe(document.firstReply);
  expect(document.tree).toContainEqual({
    path: '/big',
    kind: 'changed',
    fields: expect.arrayContaining([{ field: 'size', a: '1000', b: '3000' }]),
  });
});

it('bisect: over a list of modules, with its log taken up again, and over ops', async () => {
  const copies = Array.from({ length: 9 }, (_, index) => place.path(`v${index}.so`));
  for (const [index, path] of copies.entries()) copyFileSync(index < 6 ? modules.good : modules.bad, path);
  const list = copies.join(',');
  const found = await place.json(['bisect', 'work.btr', '--versions', list, '--log', 'first.log']);
  expect(found).toMatchObject({
    schema: 'bento-rr/bisect@1',
    verdict: 'found',
    firstBad: copies[6],
    good: copies[0],
    bad: copies[8],
    verdicts: 3,
    skipped: 0,
    confidence: 1,
  });
  const again = await place.json(['bisect', 'work.btr', '--versions', list, '--replay-log', 'first.log']);
  expect(again).toMatchObject({ firstBad: copies[6], verdicts: 3 });
  const ops = await place.json(['bisect', 'work.btr', '--good', modules.good, '--bad', modules.bad, '--ops']);
  expect(ops).toMatchObject({ verdict: 'found', firstBadSeq: (found.divergence as { seq: number }).seq });
});

it('bisect: a command may judge, and the ends must be what they are said to be', async () => {
  const copies = Array.from({ length: 8 }, (_, index) => place.path(`r${index}.so`));
  for (const path of copies) copyFileSync(modules.good, path);
  // r3 cannot be judged; from r5 on all is bad.
  const judge = 'case $BENTO_VERSION in *r3.so) exit 125;; *r[5-7].so) exit 1;; esac';
  const list = ['bisect', 'work.btr', '--versions', copies.join(',')];
  expect(await place.json([...list, '--run', judge])).toMatchObject({
    verdict: 'found',
    firstBad: copies[5],
    skipped: 1,
  });
  expect(await place.json([...list, '--run', 'true'], 1)).toMatchObject({ verdict: 'refused', firstBad: null });
  expect((await place.run([...list, '--run', 'exit 200'])).code).toBe(2);
  expect(await place.json(list, 1)).toMatchObject({ verdict: 'refused', reason: expect.stringContaining('is good') });
});

it('minimize: a few ops are left, which still go wrong and of which none can go', async () => {
  const options = ['--module', modules.bad, '--reference', modules.good];
  const document = await place.json(['minimize', 'work.btr', ...options, '-o', 'small.btr']);
  expect(document).toMatchObject({ schema: 'bento-rr/minimize@1', to: document.ops });
  expect(Number(document.ops)).toBeLessThanOrEqual(6);
  expect(await place.json(['replay', 'small.btr', '--module', modules.good])).toMatchObject({
    verdict: 'same',
    ops: document.ops,
  });
  expect(await place.json(['replay', 'small.btr', '--module', modules.bad], 1)).toMatchObject({
    divergence: { op: 'SETATTR', field: 'attr.size', seq: document.ops },
  });
  const listing = readFileSync(place.path('small.btr.txt'), 'utf8').trimEnd().split('\n');
  expect(listing.slice(0, 2)).toEqual(['mkfs', 'mount']);
  expect(listing.at(-1)).toMatch(/^setattr \/big size 1000/);
  // Minimal already: nothing more goes.
  const twice = await place.json(['minimize', 'small.btr', ...options, '-o', 'smaller.btr']);
  expect(twice.to).toBe(document.to);
  expect(
    await place.json(['minimize', 'work.btr', '--module', modules.good, '--reference', modules.good], 1),
  ).toMatchObject({ verdict: 'same' });
});

it('gate: passes the same, fails the faulty, and its canary is caught', async () => {
  const passed = await place.json([
    'gate',
    '--from',
    modules.good,
    '--to',
    modules.good,
    'work.btr',
    '--junit',
    'gate.xml',
  ]);
  expect(passed).toMatchObject({ schema: 'bento-rr/gate@1', verdict: 'pass', canary: { caught: true } });
  expect(passed.checks).toHaveLength(7);
  expect(readFileSync(place.path('gate.xml'), 'utf8')).toMatch(/<testsuites tests="8" failures="0" errors="0"/);
  const failed = await place.json(['gate', '--from', modules.good, '--to', modules.bad, 'work.btr'], 1);
  expect(failed.verdict).toBe('fail');
  expect(failed.checks).toContainEqual(
    expect.objectContaining({
      name: 'replay on the new version',
      verdict: 'fail',
      detail: expect.stringContaining('attr.size'),
    }),
  );
});

it('gate: refuses what proves nothing', async () => {
  copyFileSync(place.path('work.btr'), place.path('cut.btr'));
  truncateSync(place.path('cut.btr'), readFileSync(place.path('cut.btr')).length - 30);
  const versions = ['--from', modules.good, '--to', modules.good];
  const cut = await place.json(['gate', ...versions, 'cut.btr'], 1);
  expect(cut).toMatchObject({ verdict: 'refused', checks: [{ name: 'configuration', verdict: 'refused' }] });
  const other = await place.json(['gate', ...versions, '--fs-options', 'sync', 'work.btr'], 1);
  expect(other).toMatchObject({
    verdict: 'refused',
    checks: [{ verdict: 'refused', detail: expect.stringContaining('"sync"') }],
  });
  expect(await place.json(['gate', ...versions, '--block-size', '512', 'work.btr'], 1)).toMatchObject({
    verdict: 'refused',
  });
  writeFileSync(place.path('garbage.btr'), 'this is no trace');
  expect(await place.json(['gate', ...versions, 'garbage.btr'], 1)).toMatchObject({ verdict: 'refused' });
});

it('gate: fails when its canary goes unseen', async () => {
  writeFileSync(place.path('wide.rules'), 'allow * * reason "everything is fine"\n');
  const argv = ['gate', '--from', modules.good, '--to', modules.good, '--rules', 'wide.rules', 'work.btr'];
  const document = await place.json(argv, 1);
  expect(document).toMatchObject({
    verdict: 'fail',
    canary: { caught: false, detail: expect.stringContaining('rules') },
  });
  expect((document.checks as { verdict: string }[]).every(({ verdict }) => verdict === 'pass')).toBe(true);
});

it('replay: counts what benign rules excuse, and says where a rule is wrong', async () => {
  writeFileSync(place.path('size.rules'), 'allow SETATTR|GETATTR|READ|LOOKUP *size|data* reason "known"\n');
  const document = await place.json(['replay', 'work.btr', '--module', modules.good, '--rules', 'size.rules']);
  expect(document.rules).toEqual([{ line: 1, rule: expect.stringContaining('SETATTR'), hits: 0, reason: 'known' }]);
  writeFileSync(place.path('wrong.rules'), '\nallow SETATTR\n');
  const wrong = await place.run(['replay', 'work.btr', '--module', modules.good, '--rules', 'wrong.rules']);
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('line 2') });
});

it.each([
  ['an empty file', '', 3],
  ['random bytes', '\u0001\u0002\u0003garbage', 3],
])('%s is no trace', async (_, content, code) => {
  writeFileSync(place.path('bad.btr'), content);
  for (const argv of [
    ['replay', 'bad.btr', '--module', modules.good],
    ['diff', 'bad.btr', '--a', modules.good, '--b', modules.bad],
  ]) {
    const done = await place.run([...argv, '--json']);
    expect(done.code).toBe(code);
    expect(JSON.parse(done.stdout)).toMatchObject({
      schema: 'bento-rr/error@1',
      error: { exitCode: code, message: expect.any(String) },
    });
  }
});
