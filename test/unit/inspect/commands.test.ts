// SPDX-License-Identifier: MIT OR Apache-2.0

import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { craft, smallLife } from '../../support/craft-trace.js';
import { type RunResult, runCli } from '../cli/world.js';

const dir = mkdtempSync(join(tmpdir(), 'bento-rr-inspect-'));
const run = (...argv: readonly string[]): Promise<RunResult> =>
  runCli(argv, { cwd: dir, env: { HOME: dir, PATH: '/usr/bin:/bin', NO_COLOR: '1' } });

beforeAll(() => {
  const whole = craft(smallLife());
  writeFileSync(join(dir, 'life.btr'), whole);
  writeFileSync(join(dir, 'cut.btr'), whole.subarray(0, whole.byteLength - 100));
  const bad = Buffer.from(whole);
  bad[400] = (bad[400] ?? 0) ^ 1;
  writeFileSync(join(dir, 'bad.btr'), bad);
  writeFileSync(join(dir, 'noise.btr'), 'no trace');
  for (const [index, name] of ['noise', 'bad', 'cut', 'life'].entries())
    utimesSync(join(dir, `${name}.btr`), index, index);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('info', () => {
  it('shows header, counts, loss and latencies', async () => {
    const { code, stdout, stderr } = await run('info', 'life.btr');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('git clone');
    expect(stdout).toContain('memfs at 0123abc, build abcd, ABI 1.0, state schema 3');
    expect(stdout).toContain('2 ops in 1 gaps');
    expect(stdout).toMatch(/^LOOKUP +1 +8\.3 % +1 +3\.1 us/m);
  });

  it('says where the bytes go', async () => {
    const { stdout } = await run('info', 'life.btr', '--bytes');
    expect(stdout).toMatch(/^request CREATE +1 +\d+ B +[\d.]+ % +\d+\.\d\d$/m);
    const { rawBytes, byteShares } = JSON.parse((await run('info', 'life.btr', '--bytes', '--json')).stdout);
    const sum = byteShares.reduce((bytes: number, share: { readonly bytes: number }) => bytes + share.bytes, 0);
    expect([sum, byteShares.some(({ part }: { readonly part: string }) => part === 'record gap')]).toEqual([
      Number(rawBytes),
      true,
    ]);
  });

  it('gives the same as one document', async () => {
    const document = JSON.parse((await run('info', 'life.btr', '--json')).stdout);
    expect(document).toMatchObject({
      schema: 'bento-rr/info@1',
      complete: true,
      format: '1.2',
      source: 'fuse',
      origin: 'mkfs',
      ops: 12,
      gaps: 1,
      dropped: 2,
      offered: 14,
      chunks: 2,
      threads: 2,
      module: { fsName: 'memfs', abi: '1.0' },
    });
    expect(document.byOp[0]).toMatchObject({ name: 'LOOKUP', errors: 1, p50: 3100, max: 3100 });
    expect(document.bytes).toBe(readFileSync(join(dir, 'life.btr')).byteLength);
  });

  it('reads what is left of a cut file, and says so', async () => {
    const { code, stdout, stderr } = await run('info', 'cut.btr');
    expect([code, stdout]).toEqual([0, expect.stringContaining('not finished')]);
    expect(stderr).toMatch(/^warning: .*cut\.btr: the last \d+ bytes/);
  });

  it.each([
    ['bad.btr', 'chunk 1 (ops 6 to 12, byte 345) is damaged'],
    ['noise.btr', 'is not a trace'],
    ['absent.btr', 'there is no such file'],
    ['.', 'is a directory'],
  ])('of %s fails with 3 and a reason', async (name, said) => {
    const { code, stdout, stderr } = await run('info', name);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain(said);
    expect(stderr).toContain('hint');
  });
});

describe('dump', () => {
  it('prints each op, and what stands between, in one line', async () => {
    const { code, stdout } = await run('dump', 'life.btr');
    const lines = stdout.trimEnd().split('\n');
    expect([code, lines.length]).toEqual([0, 14]);
    expect(lines[2]).toBe(' 3  +0.001000000  t0  LOOKUP / "dir" = ENOENT 3.1 us');
    expect(lines[6]).toBe('    -- GAP 2 ops missing (buffer full: 2)');
    expect(lines[12]).toBe('    -- MARK here');
  });

  it.each([
    [
      ['--seq', '10-20'],
      ['10', '11', '--', '12'],
    ],
    [['--seq', '3'], ['3']],
    [['--seq=-2'], ['1', '2']],
    [
      ['--filter', 'op=read,write'],
      ['6', '7'],
    ],
    [
      ['--filter', 'path~/dir and dur>1us', '-n', '2'],
      ['3', '4'],
    ],
    [
      ['--seq', '11-', '--filter', 'ok'],
      ['11', '12'],
    ],
  ])('%j chooses', async (options, expected) => {
    const { stdout } = await run('dump', 'life.btr', ...options);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.trim().split(/\s+/)[0]),
    ).toEqual(expected);
  });

  it('--fields shows all of an op', async () => {
    const { stdout } = await run('dump', 'life.btr', '--seq', '6', '--fields');
    expect(stdout).toContain('  inline       "hello"');
    expect(stdout).toContain('acquisition 0  dir 3: after 4 exclusive, 0 shared');
  });

  it('--ndjson and --json are JSON', async () => {
    const lines = (await run('dump', 'life.btr', '--ndjson')).stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.filter((line) => 'op' in line)).toHaveLength(12);
    expect(lines[6]).toEqual({ record: 'gap', after: 6, text: 'GAP 2 ops missing (buffer full: 2)' });
    const document = JSON.parse((await run('dump', 'life.btr', '--json', '--seq', '4-5')).stdout);
    expect([document.schema, document.ops.map((op: { seq: number }) => op.seq)]).toEqual(['bento-rr/dump@1', [4, 5]]);
    expect(JSON.parse((await run('dump', 'life.btr', '--json', '--filter', 'fh=12345')).stdout).ops).toEqual([]);
  });

  it.each([
    [['--filter', 'siz=3'], 'there is no field "siz"'],
    [['--seq', 'x'], '"x" is no range of ops'],
    [['--seq', '5-3'], '3 is before 5'],
    [['--ndjson', '--fields'], 'exclude each other'],
  ])('%j is a usage error', async (options, said) => {
    const { code, stderr } = await run('dump', 'life.btr', ...options);
    expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
  });

  it('points at the place in a filter', async () => {
    const { stderr } = await run('dump', 'life.btr', '--filter', 'read or dur>fast');
    expect(stderr).toContain('character 13');
    expect(stderr).toMatch(/read or dur>fast\n\s+\^/);
  });

  it('ends quietly when its reader goes away', async () => {
    const gone = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('gone'), { code: 'EPIPE' })),
    });
    const { code, stderr } = await runCli(['dump', 'life.btr'], {
      cwd: dir,
      env: { HOME: dir, PATH: '' },
      stdout: gone,
    });
    expect([code, stderr]).toEqual([0, '']);
  });
});

describe('ls', () => {
  it('lists traces, the newest first, and says what is wrong with the others', async () => {
    const { code, stdout } = await run('ls', '.');
    const lines = stdout.trimEnd().split('\n');
    expect([code, lines.length]).toEqual([0, 5]);
    expect(lines[1]).toMatch(/^2026-11-22T00:00:00Z {2}memfs +12 .*life\.btr +git clone$/);
    expect(lines[2]).toContain('(not finished)');
    expect(lines[4]).toContain('E_TRACE_NOT_A_TRACE');
  });

  it('gives a document', async () => {
    const document = JSON.parse((await run('ls', '.', '--json')).stdout);
    expect(document.schema).toBe('bento-rr/ls@1');
    expect(document.traces[0]).toMatchObject({ fs: 'memfs', ops: 12, complete: true, command: ['git', 'clone'] });
    expect(document.traces[3].error.code).toBe('E_TRACE_NOT_A_TRACE');
  });

  it('is no failure where nothing was recorded yet; a folder that is not there is', async () => {
    expect(await run('ls')).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('no .btr file') });
    expect((await run('ls', 'nowhere')).code).toBe(2);
  });
});

const HASH_OF_ZEROES = '932c158155f9e6feceb184f52c2de55a';

describe('verify', () => {
  it('finds a whole trace good', async () => {
    expect(await run('verify', 'life.btr')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('good: 12 ops in 2 chunks, 1 gap of 2 ops'),
    });
  });

  it('names each fault and exits with 3', async () => {
    const { code, stdout } = await run('verify', 'bad.btr');
    expect([code, stdout]).toEqual([
      3,
      expect.stringMatching(/^bad {2}chunk 1: ops 6 to 12, byte 345: its CRC-32 .*\n.*bad\.btr: 1 problem: 5 ops/),
    ]);
    expect((await run('verify', 'cut.btr')).code).toBe(3);
    expect(JSON.parse((await run('verify', 'bad.btr', '--json')).stdout)).toMatchObject({
      schema: 'bento-rr/verify@1',
      verdict: 'bad',
    });
  });

  it.each([
    [
      'an account that does not add up',
      { account: { offered: 20n, recorded: 12n, dropped: 2n, filtered: 1n } },
      'does not add up',
    ],
    [
      'a wrong count of ops',
      { account: { offered: 13n, recorded: 11n, dropped: 2n, filtered: 0n } },
      'says 11 ops; the chunks hold 12',
    ],
    [
      'loss that the gaps do not have',
      { account: { offered: 15n, recorded: 12n, dropped: 3n, filtered: 0n } },
      'says 3 dropped; the gaps say 2',
    ],
    ['causes that differ', { loss: [{ cause: 2, ops: 2n }] }, 'no space: the index says 2 ops, the gaps 0'],
  ])('sees %s', async (_what, ending, said) => {
    writeFileSync(join(dir, 'odd.btr'), craft(smallLife(), { ending }));
    const { code, stdout } = await run('verify', 'odd.btr');
    rmSync(join(dir, 'odd.btr'));
    expect([code, stdout]).toEqual([3, expect.stringContaining(said)]);
  });

  it('sees a content that is nowhere', async () => {
    // `xxh128sum` of 99 zeroes.
    const hash = Buffer.from(HASH_OF_ZEROES, 'hex');
    const op = {
      begin: 1n,
      request: { kind: 'write', value: { fh: 1n, size: 99, content: { kind: 'hash', value: hash } } },
    } as const;
    writeFileSync(join(dir, 'odd.btr'), craft([{ op }]));
    expect((await run('verify', 'odd.btr')).stdout).toContain('op 1 writes a content that no blob before it holds');
    writeFileSync(
      join(dir, 'odd.btr'),
      craft([{ record: { kind: 'blob', value: { hash, data: new Uint8Array(99) } } }, { op }]),
    );
    expect((await run('verify', 'odd.btr')).code).toBe(0);
    rmSync(join(dir, 'odd.btr'));
  });

  it('sees a content that is not what its hash says', async () => {
    const hash = Buffer.from(HASH_OF_ZEROES, 'hex');
    const data = new Uint8Array(99);
    data[42] = 1;
    writeFileSync(join(dir, 'odd.btr'), craft([{ record: { kind: 'blob', value: { hash, data } } }]));
    const { code, stdout } = await run('verify', 'odd.btr');
    rmSync(join(dir, 'odd.btr'));
    expect([code, stdout]).toEqual([3, expect.stringContaining(`the content named ${HASH_OF_ZEROES} hashes to `)]);
  });
});

describe('export', () => {
  it('to Chrome JSON keeps every op and every nanosecond', async () => {
    const { code, stdout } = await run('export', 'life.btr', '--format', 'chrome');
    const { traceEvents } = JSON.parse(stdout);
    const ops = traceEvents.filter((event: { ph: string }) => event.ph === 'X');
    expect([code, ops.length]).toEqual([0, 12]);
    expect(ops[2]).toMatchObject({ name: 'LOOKUP', ts: 1000, dur: 3.1, tid: 0, args: { seq: 3, errno: 'ENOENT' } });
    expect(stdout).toContain('"ts":1000.000,"dur":3.100');
    expect(traceEvents.filter((event: { ph: string }) => event.ph === 'i')).toHaveLength(2);
    expect(traceEvents.filter((event: { name: string }) => event.name === 'thread_name')).toHaveLength(2);
  });

  it('to CSV has a head line and one line an op', async () => {
    await run('export', 'life.btr', '-o', 'life.csv');
    const lines = readFileSync(join(dir, 'life.csv'), 'utf8').split('\r\n');
    expect([lines.length, lines[0]?.startsWith('seq,begin_ns,')]).toEqual([14, true]);
    expect(lines[8]).toBe('8,1795305600006000000,3100,0,1000,100,77,RENAME,2,/dir,a b,c,,,,,');
  });

  it('says which format it lacks', async () => {
    expect(await run('export', 'life.btr')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('which format?'),
    });
    expect((await run('export', 'life.btr', '-o', 'x.xyz')).code).toBe(2);
    expect(await run('export', 'life.btr', '-o', 'no/such/place.csv')).toMatchObject({ code: 4 });
  });

  it('leaves nothing behind when the trace turns out damaged', async () => {
    expect((await run('export', 'bad.btr', '-o', 'bad.csv')).code).toBe(3);
    expect(() => readFileSync(join(dir, 'bad.csv'))).toThrow('ENOENT');
    expect(() => readFileSync(join(dir, 'bad.csv.part'))).toThrow('ENOENT');
  });
});
