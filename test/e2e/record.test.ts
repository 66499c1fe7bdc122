// SPDX-License-Identifier: MIT OR Apache-2.0

/** Recording on real mounts: statuses, signals, and that nothing stays behind whichever way it ends. */

import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { builtModule, ended, Place, until } from '../support/bento-rr.js';

// Other suites keep the machine busy.
vi.setConfig({ testTimeout: 120_000 });

const place = new Place();
const tiffinfs = builtModule('tiffinfs');
const memfs = builtModule('memfs');

afterEach(() => {
  expect(place.mounts()).toEqual([]);
  expect(place.leftovers()).toEqual([]);
});
afterAll(() => place.remove());

function record(trace: string, script: string, options: readonly string[] = []) {
  return ['record', '--fs', tiffinfs, '-o', trace, ...options, '--', 'sh', '-c', script];
}

describe('record', () => {
  it('runs the command in the mount and ends with its status', async () => {
    const script = 'test "$PWD" = "$BENTO_RR_MOUNT" && echo hello > file && cat file && exit 7';
    const done = await place.run(record('status.btr', script));
    expect(done).toMatchObject({ code: 7, stdout: 'hello\n' });
    expect(done.stderr).toMatch(
      /recorded [0-9,]+ ops \(.*\), 0 dropped: status\.btr\nnext: bento-rr replay status\.btr/,
    );
  });

  it('ends with 128 + n when a signal ended the command', async () => {
    expect((await place.run(record('signal.btr', 'kill -KILL $$'))).code).toBe(137);
  });

  it('gives one document with --json, and the output of the command on stderr', async () => {
    const done = await place.run([
      ...record('json.btr', 'echo talk').slice(0, 5),
      '--json',
      '--',
      'sh',
      '-c',
      'echo talk; > file',
    ]);
    expect(JSON.parse(done.stdout)).toMatchObject({
      schema: 'bento-rr/record@1',
      verdict: 'recorded',
      trace: place.path('json.btr'),
      status: 0,
      dropped: 0,
      ops: expect.any(Number),
    });
    expect(done.stderr).toContain('talk\n');
  });

  it('puts a recording without -o in the data folder, under a name, with a link to the latest', async () => {
    await place.run(['record', '--fs', memfs, '--', 'touch', 'file']);
    const traces = place.path('data/bento-rr/traces');
    const link = readlinkSync(`${traces}/latest`);
    expect(link).toMatch(/^touch-\d{8}-\d{6}\.btr$/);
    expect(readdirSync(traces)).toContain(link);
    expect(await place.json(['replay', '--module', memfs])).toMatchObject({ verdict: 'same' });
  });

  it('keeps an image of the user, and mounts where it is told', async () => {
    mkdirSync(place.path('mnt'));
    const options = ['--mount', 'mnt', '--image', 'disk.img', '--size', '64M'];
    await place.run(record('first.btr', 'echo kept > file; pwd', options));
    const again = await place.run(record('second.btr', 'cat file; pwd', options));
    expect(again.stdout).toBe(`kept\n${place.path('mnt')}\n`);
    expect(await place.json(['replay', 'second.btr', '--module', tiffinfs])).toMatchObject({ verdict: 'same' });
  });

  it('says that a command is not there, and leaves no mount', async () => {
    const done = await place.run(['record', '--fs', tiffinfs, '-o', 'none.btr', '--', 'no-such-program']);
    expect(done.code).toBe(4);
    expect(done.stderr).toContain('error: no-such-program cannot be started\n  why: there is no such program');
  });

  it.each([
    [['record', '--fs', '/nowhere.so', '--', 'true'], 2, 'there is no module /nowhere.so'],
    [['record', '--fs', '/etc/passwd', '--', 'true'], 4, 'passwd'],
    [['record', '--fs', 'nofs', '--', 'true'], 2, 'there is no file system "nofs"'],
    [['record', '--source', 'kernel', '--', 'true'], 4, 'no file system is mounted by bentofs.ko'],
    [['record', '--mount', 'no/where', '--', 'true'], 2, 'it does not exist'],
    [['record'], 2, 'hint'],
  ])('refuses %j with exit code %i', async (argv, code, words) => {
    const done = await place.run(argv);
    expect(done.code).toBe(code);
    expect(done.stderr).toContain(words);
    expect(done.stderr).not.toMatch(/^\s+at /m);
  });

  it('passes SIGINT to the command first, and finishes the trace', async () => {
    const script = 'sleep 60 > /dev/null 2>&1 & trap "kill $!; echo stopped; exit 3" INT; touch ready; wait';
    const child = place.start(record('int.btr', script));
    const done = ended(child);
    await until(() => existsSync(place.path('int.btr')) && place.mounts().length > 0, 'the mount');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    child.kill('SIGINT');
    expect(await done).toMatchObject({ code: 3, stdout: 'stopped\n' });
    expect(await place.json(['verify', 'int.btr'])).toMatchObject({
      verdict: expect.stringMatching(/^(?:good|ok|whole|sound)$/),
    });
  });

  it('unmounts and finishes the trace though bento-rr itself is killed', async () => {
    const child = place.start(record('killed.btr', 'echo $$ > /dev/null; touch file; exec sleep 3'));
    const done = ended(child);
    await until(() => place.mounts().length > 0, 'the mount');
    await new Promise((resolve) => setTimeout(resolve, 500));
    child.kill('SIGKILL');
    await done;
    await until(() => place.mounts().length === 0 && place.leftovers().length === 0, 'the clean-up');
    expect(await place.json(['replay', 'killed.btr', '--module', tiffinfs])).toMatchObject({ verdict: 'same' });
  });
});

describe('status and upgrade', () => {
  it('show the mount, and replace the version under an open file', async () => {
    const rr = `${process.execPath} ${new URL('../../bin/bento-rr', import.meta.url).pathname}`;
    const script = [
      'exec 3> file; echo before >&3',
      `${rr} status --json > "$OUT/status.json"`,
      `${rr} upgrade --to "${tiffinfs}" "$BENTO_RR_MOUNT" --json > "$OUT/upgrade.json"`,
      'echo after >&3; exec 3>&-; cat file',
    ].join('\n');
    const done = await place.run(record('upgrade.btr', `export OUT="${place.folder}"\n${script}`));
    expect(done.stdout).toBe('before\nafter\n');
    const status = JSON.parse(readFileSync(place.path('status.json'), 'utf8'));
    expect(status.mounts).toMatchObject([
      { fs: 'tiffinfs', crash: null, recording: { path: place.path('upgrade.btr') } },
    ]);
    const upgrade = JSON.parse(readFileSync(place.path('upgrade.json'), 'utf8'));
    expect(upgrade).toMatchObject({
      schema: 'bento-rr/upgrade@1',
      verdict: 'upgraded',
      stateBytes: expect.any(Number),
    });
    expect(await place.json(['status'])).toEqual({ schema: 'bento-rr/status@1', mounts: [], versions: [] });
  });

  it('refuses what is no mount', async () => {
    const done = await place.run(['upgrade', '--to', tiffinfs, '/proc']);
    expect(done).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no Bento file system is mounted at /proc'),
    });
  });
});
